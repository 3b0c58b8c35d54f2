import ArgumentParser
import Foundation

/// `jobsup bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a running daemon: enqueue jobs of a type, wait until all are done.",
        discussion: """
            The jobs are real: use a type whose handler does nothing to measure the daemon alone.
            Example: jobsup bench noop --jobs 20000 --batch 500 --connections 4
            """)

    @Argument(help: "The job type.")
    var type: String

    @Option(help: "How many jobs.")
    var jobs = 10_000

    @Option(help: "Jobs in one request.")
    var batch = 500

    @Option(help: "Requests at once.")
    var connections = 4

    @Option(help: "Bytes of each payload, 2 or more.")
    var payloadBytes = 200

    @Option(help: "The queue; the type's own by default.")
    var queue: String?

    @OptionGroup var common: CommonOptions

    /// What was measured.
    private struct Report: Encodable {
        let jobs: Int
        let enqueuedPerSecond: Double
        let drainedPerSecond: Double
        let requestP50Milliseconds: Double
        let requestP99Milliseconds: Double
    }

    func run() async throws {
        try await Complaint.reporting {
            guard jobs > 0, batch > 0, connections > 0, payloadBytes >= 2 else {
                throw Complaint("numbers must be positive, --payload-bytes 2 or more", code: .validationFailure)
            }
            let before = try await finished()
            let start = ContinuousClock.now
            let latencies = try await enqueue()
            let enqueued = ContinuousClock.now
            try await waitUntilFinished(before + jobs)
            let drained = ContinuousClock.now
            try report(latencies.sorted(), enqueue: enqueued - start, drain: drained - start)
        }
    }

    /// The time of every request, in milliseconds.
    private func enqueue() async throws -> [Double] {
        let daemon = common.daemon
        let task = task
        let sizes = stride(from: 0, to: jobs, by: batch).map { min(batch, jobs - $0) }
        let bar = ProgressBar("enqueued", total: jobs)
        return try await withThrowingTaskGroup(of: (Double, Int).self) { group in
            var latencies: [Double] = []
            var next = sizes.makeIterator()
            func add() {
                guard let size = next.next() else { return }
                let tasks = Array(repeating: task, count: size).joined(separator: ",")
                let body = Data("{\"tasks\":[\(tasks)]}".utf8)
                group.addTask {
                    let begin = ContinuousClock.now
                    _ = try await daemon.post("/api/tasks/batch", body)
                    return ((ContinuousClock.now - begin) / .milliseconds(1), size)
                }
            }
            for _ in 0..<connections { add() }
            var done = 0
            while let (latency, size) = try await group.next() {
                latencies.append(latency)
                done += size
                bar.show(done)
                add()
            }
            bar.finish(done)
            return latencies
        }
    }

    private var task: String {
        let payload = "\"" + String(repeating: "x", count: payloadBytes - 2) + "\""
        let queue = queue.map { ",\"queue\":\"\($0)\"" } ?? ""
        return "{\"type\":\"\(type)\",\"payload\":\(payload)\(queue)}"
    }

    private func finished() async throws -> Int {
        let status = try await common.daemon.document(StatusDocument.self, "/api/status")
        return ["completed", "failed", "timeout", "cancelled", "expired"].reduce(0) { $0 + (status.totals[$1] ?? 0) }
    }

    private func waitUntilFinished(_ wanted: Int) async throws {
        let bar = ProgressBar("finished", total: jobs)
        while true {
            let count = try await finished()
            bar.show(jobs - max(0, wanted - count))
            if count >= wanted { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        bar.finish(jobs)
    }

    private func report(_ latencies: [Double], enqueue: Duration, drain: Duration) throws {
        let report = Report(
            jobs: jobs, enqueuedPerSecond: Double(jobs) / (enqueue / .seconds(1)),
            drainedPerSecond: Double(jobs) / (drain / .seconds(1)),
            requestP50Milliseconds: latencies[latencies.count / 2],
            requestP99Milliseconds: latencies[min(latencies.count - 1, latencies.count * 99 / 100)])
        if common.json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return print(String(decoding: try encoder.encode(report), as: UTF8.self))
        }
        print("enqueued  \(Shown.count(Int(report.enqueuedPerSecond))) jobs/s, on disk")
        print(
            "drained   \(Shown.count(Int(report.drainedPerSecond))) jobs/s, from the first enqueue to the last settlement"
        )
        let p50 = (report.requestP50Milliseconds * 100).rounded() / 100
        let p99 = (report.requestP99Milliseconds * 100).rounded() / 100
        print("requests  p50 \(p50) ms, p99 \(p99) ms, \(batch) jobs each, \(connections) at once")
    }
}
