import JobsupWorker

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How many jobs one Swift worker process runs in a second: real process, real Unix socket, 200-byte payloads, and a
/// daemon's end that keeps 256 jobs in the worker's hands.
///
/// Prints one line for each kind of handler and number of slots; the CPU time is the worker process's.
@main
struct WorkerBenchmark {
    static func main() async throws {
        if ProcessInfo.processInfo.environment["JOBSUP_SOCKET"] != nil {
            await runWorker()
        }
        let seconds = ProcessInfo.processInfo.environment["BENCHMARK_SECONDS"].flatMap(Double.init) ?? 2
        print("type    slots  window     jobs/s  worker CPU µs/job")
        for (type, slots, window) in cases {
            let figures = try WorkerRun(type: type, slots: slots, window: window, seconds: seconds).measure()
            print(
                pad(type, 7), pad(String(slots), 5), pad(String(window), 7),
                pad(String(Int(figures.jobsPerSecond)), 10),
                pad(String((figures.workerMicrosecondsPerJob * 100).rounded() / 100), 12))
        }
    }

    private static let cases = [
        ("noop", 1, 256), ("noop", 4, 256), ("noop", 16, 256), ("noop", 1, 1), ("echo", 1, 256), ("json", 1, 256),
        ("json", 4, 256),
    ]

    private struct Mail: Codable {
        var to: String
        var subject: String
        var body: String
    }

    private struct Receipt: Codable {
        var sent: Int
    }

    private static func runWorker() async -> Never {
        let worker = Worker(build: "benchmark")
        worker.rawTask("noop") { _, _ in [] }
        worker.rawTask("echo") { payload, _ in payload }
        worker.task("json") { (mail: Mail, _: JobContext) in Receipt(sent: mail.to.utf8.count) }
        await worker.runAndExit()
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
