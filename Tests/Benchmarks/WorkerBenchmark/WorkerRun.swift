import Foundation
import NIOCore
import WireSupport
import WorkerProtocol

/// One worker process, kept busy over its socket for some seconds.
struct WorkerRun {
    let type: String
    let slots: Int
    let window: Int
    let seconds: Double

    struct Figures {
        let jobsPerSecond: Double
        let workerMicrosecondsPerJob: Double
    }

    func measure() throws -> Figures {
        let path = FileManager.default.temporaryDirectory.appending(path: "jobsup-bench-\(getpid()).sock").path
        let listener = try BlockingSocket.listen(path: path)
        defer { unlink(path) }
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.environment = ["JOBSUP_SOCKET": path, "JOBSUP_TOKEN": "t", "JOBSUP_SLOTS": String(slots)]
        let before = childMicroseconds()
        try process.run()
        let socket = try listener.accept()
        let (jobs, elapsed) = try drive(socket)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(what: "the worker ended badly") }
        return Figures(
            jobsPerSecond: Double(jobs) / elapsed,
            workerMicrosecondsPerJob: (childMicroseconds() - before) / Double(jobs))
    }

    /// Plays the daemon: keeps the window full until the time is over, then drains; gives the settled jobs and seconds.
    private func drive(_ socket: BlockingSocket) throws -> (jobs: Int, seconds: Double) {
        var decoder = FrameDecoder(maxFrameBytes: 1 << 20)
        var output = ByteBuffer()
        var sent = 0
        var settled = 0
        var start = ContinuousClock.now
        var end = start
        var isDraining = false
        let payload = payload
        while true {
            decoder.append(try socket.read())
            while let frame = try decoder.next() {
                switch frame.type {
                case .hello:
                    WelcomeFrame(workerName: "bench-1", maxFrameBytes: 1 << 20, resultLimitBytes: 1 << 20)
                        .encode(into: &output)
                case .ready:
                    start = .now
                case .done:
                    var body = frame.body
                    _ = try SettlementFrame(.done, decoding: &body)
                    settled += 1
                    end = .now
                case .bye:
                    return (settled, (end - start) / .seconds(1))
                default:
                    throw Failure(what: "unexpected \(frame.type)")
                }
            }
            if !isDraining, sent > 0, end - start > .seconds(seconds) {
                isDraining = true
            }
            while !isDraining, sent - settled < window {
                sent += 1
                JobFrame.encode(
                    job: UInt64(sent), lease: UInt64(sent), attempt: 1, maxAttempts: 5, timeoutMilliseconds: 0,
                    enqueuedAtMilliseconds: 1_700_000_000_000, type: type, queue: "default", payload: payload,
                    into: &output)
            }
            if isDraining, sent == settled { output.writeEmptyFrame(.drain) }
            try socket.write(&output)
        }
    }

    private var payload: [UInt8] {
        let head = #"{"to":"somebody@example.org","subject":"A subject of some length","body":""#
        let fill = String(repeating: "x", count: 200 - head.utf8.count - 2)
        return Array((head + fill + #""}"#).utf8)
    }

    private func childMicroseconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) * 1e6 + Double($0.tv_usec) }.reduce(0, +)
    }
}

struct Failure: Error {
    let what: String
}
