import Foundation
import JobsupClient

/// Enqueues jobs at a fixed pace, whether or not the earlier ones are answered, and collects how long after that their
/// handlers began: workers write the nanoseconds since the time in the payload into a FIFO, one line for each job.
struct StartLoad {
    let socket: String
    let type: String
    let jobs: Int
    let perSecond: Int
    let fifo: String

    func run() async throws -> [String: Double] {
        let client = JobsupClient(path: socket, name: "load")
        try await client.connect()
        let reading = Task.detached { readLatencies() }
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<jobs {
                let due = start + .seconds(Double(index) / Double(perSecond))
                try await Task.sleep(until: due, tolerance: .zero)
                group.addTask {
                    let sent = monotonicNanoseconds()
                    _ = try await client.enqueue([JobRequest(type, bytes: Array(String(sent).utf8))])
                }
            }
            try await group.waitForAll()
        }
        let sorted = await reading.value.sorted()
        return [
            "p50_ms": sorted[sorted.count / 2], "p99_ms": sorted[sorted.count * 99 / 100],
            "max_ms": sorted.last ?? 0,
        ]
    }

    /// In milliseconds. Blocks a thread of the pool, which this program can spare.
    private func readLatencies() -> [Double] {
        let descriptor = open(fifo, O_RDONLY)
        guard descriptor >= 0, let file = fdopen(descriptor, "r") else { fatalError("cannot read \(fifo)") }
        defer { fclose(file) }
        var latencies: [Double] = []
        var line = [CChar](repeating: 0, count: 64)
        while latencies.count < jobs, fgets(&line, CInt(line.count), file) != nil {
            latencies.append(strtod(line, nil) / 1e6)
        }
        return latencies
    }
}

/// The monotonic clock, which all processes share.
func monotonicNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
