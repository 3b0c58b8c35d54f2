import Foundation
import JobsupClient
import NIOCore
import WireSupport
import WorkerProtocol

/// What the client library costs: a daemon's end that answers at once, over a real Unix socket, 200-byte payloads.
///
/// Prints one line for each number of tasks that enqueue one job after another, and one for batches.
@main
struct ClientBenchmark {
    private static let payload = [UInt8](repeating: 120, count: 200)

    static func main() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "jobsup-bench-\(getpid()).sock").path
        let listener = try BlockingSocket.listen(path: path)
        defer { unlink(path) }
        let peer = Peer(listener: listener)
        Thread.detachNewThread { peer.run() }

        let client = JobsupClient(path: path)
        try await client.connect()
        print("tasks  batch     jobs/s  process CPU µs/job")
        for (tasks, batch, jobs) in [(1, 1, 20_000), (8, 1, 100_000), (256, 1, 300_000), (1, 500, 1_000_000)] {
            let cpu = processMicroseconds()
            let elapsed = try await ContinuousClock().measure {
                try await enqueue(client, tasks: tasks, batch: batch, jobs: jobs)
            }
            let rate = Int(Double(jobs) / (elapsed / .seconds(1)))
            let each = ((processMicroseconds() - cpu) / Double(jobs) * 100).rounded() / 100
            print("\(pad(tasks, 5))  \(pad(batch, 5)) \(pad(rate, 10))  \(each)")
        }
    }

    private static func enqueue(_ client: JobsupClient, tasks: Int, batch: Int, jobs: Int) async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<tasks {
                group.addTask {
                    let requests = (0..<batch).map { _ in JobRequest("noop", bytes: payload) }
                    for _ in 0..<(jobs / tasks / batch) { _ = try await client.enqueue(requests) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Of the client and of the daemon's end, which are one process here.
    private static func processMicroseconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) * 1e6 + Double($0.tv_usec) }.reduce(0, +)
    }

    private static func pad(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
