import NIOCore
import WireSupport
import WorkerProtocol

/// Answers every request as if it were on disk already.
final class Peer: @unchecked Sendable {
    /// Used by the peer's thread alone.
    private let listener: BlockingSocket

    init(listener: BlockingSocket) {
        self.listener = listener
    }

    func run() {
        do {
            try serve(try listener.accept())
        } catch BlockingSocketError.closed {
            return
        } catch {
            fatalError("the daemon's end: \(error)")
        }
    }

    private func serve(_ socket: BlockingSocket) throws {
        var decoder = FrameDecoder(maxFrameBytes: 8 << 20)
        var output = ByteBuffer()
        var lastID: UInt64 = 0
        while true {
            decoder.append(try socket.read())
            while let frame = try decoder.next() {
                var body = frame.body
                if frame.type == .clientHello {
                    ClientWelcomeFrame(maxFrameBytes: 8 << 20).encode(into: &output)
                } else {
                    let request = try EnqueueFrame(decoding: &body)
                    let jobs = request.jobs.map { _ in
                        lastID += 1
                        return EnqueuedFrame.Job(id: lastID, existing: false)
                    }
                    EnqueuedFrame(request: request.request, jobs: jobs).encode(into: &output)
                }
            }
            try socket.write(&output)
        }
    }
}
