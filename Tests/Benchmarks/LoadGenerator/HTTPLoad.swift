import Foundation
import Synchronization

/// Enqueues jobs one by one over HTTP, on connections that each have a thread and one request at a time.
///
/// A client of its own, so that what is measured is the daemon and not an HTTP library beside it on the same cores.
struct HTTPLoad {
    let socket: String
    let type: String
    let jobs: Int
    let connections: Int

    func run() throws -> [String: Double] {
        let latencies = Mutex<[Double]>([])
        let group = DispatchGroup()
        let start = ContinuousClock.now
        for _ in 0..<connections {
            group.enter()
            Thread {
                let mine = connection(requests: jobs / connections)
                latencies.withLock { $0 += mine }
                group.leave()
            }.start()
        }
        group.wait()
        let elapsed = (ContinuousClock.now - start).seconds
        let sorted = latencies.withLock { $0.sorted() }
        return [
            "per_second": Double(sorted.count) / elapsed, "p50_ms": sorted[sorted.count / 2],
            "p99_ms": sorted[sorted.count * 99 / 100],
        ]
    }

    /// The milliseconds of each request.
    private func connection(requests: Int) -> [Double] {
        let connection = BlockingConnection(path: socket)
        let body = "{\"type\":\"\(type)\",\"payload\":\(payload)}"
        let head =
            "POST /api/tasks HTTP/1.1\r\nhost: jobsup\r\ncontent-type: application/json\r\n"
            + "content-length: \(body.utf8.count)\r\n\r\n"
        let request = Array((head + body).utf8)
        return (0..<requests).map { _ in
            let start = ContinuousClock.now
            connection.send(request)
            connection.receiveAnswer(expecting: "HTTP/1.1 202 ")
            return (ContinuousClock.now - start).seconds * 1000
        }
    }
}

/// A Unix socket that blocks.
final class BlockingConnection {
    private let descriptor: CInt
    private var received: [UInt8] = []

    init(path: String) {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let connected = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { fatalError("cannot connect to \(path)") }
    }

    deinit {
        close(descriptor)
    }

    func send(_ bytes: [UInt8]) {
        guard write(descriptor, bytes, bytes.count) == bytes.count else { fatalError("cannot write a request") }
    }

    /// Reads one answer with a body of known length.
    func receiveAnswer(expecting status: String) {
        received.removeAll(keepingCapacity: true)
        var length: Int?
        while length.map({ received.count < $0 }) ?? true {
            let count = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { piece in
                let count = read(descriptor, piece.baseAddress, piece.count)
                if count > 0 { received += piece.prefix(count) }
                return count
            }
            guard count > 0 else { fatalError("the daemon closed the connection") }
            if length == nil { length = lengthOfAnswer() }
        }
        guard received.starts(with: status.utf8) else { fatalError(String(decoding: received, as: UTF8.self)) }
    }

    /// `nil` until the whole head is there.
    private func lengthOfAnswer() -> Int? {
        let text = String(decoding: received, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.lowerBound].lowercased()
        let field = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let bytes = field.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        return text[..<end.upperBound].utf8.count + bytes
    }
}
