import Foundation
import JobModel

/// What a benchmark measured.
struct BenchReport: Encodable, Equatable {
    let jobs: Int
    let batch: Int
    let connections: Int
    let window: Int
    let enqueuedPerSecond: Double
    /// From the first enqueue to the last settlement; `nil` when nobody waited for it.
    let drainedPerSecond: Double?
    let requestP50Milliseconds: Double
    let requestP99Milliseconds: Double

    init(load: BenchLoad, latencies: [Duration], enqueue: Duration, drain: Duration?) {
        jobs = load.jobs
        batch = load.batch
        connections = load.connections
        window = load.window
        enqueuedPerSecond = Self.perSecond(load.jobs, enqueue)
        drainedPerSecond = drain.map { Self.perSecond(load.jobs, $0) }
        let sorted = latencies.map { $0.inSeconds * 1000 }.sorted()
        requestP50Milliseconds = Self.percentile(50, of: sorted)
        requestP99Milliseconds = Self.percentile(99, of: sorted)
    }

    var text: String {
        var lines = ["enqueued  \(Shown.count(Int(enqueuedPerSecond.rounded()))) jobs/s, each on disk"]
        if let drainedPerSecond {
            lines.append(
                "drained   \(Shown.count(Int(drainedPerSecond.rounded()))) jobs/s, "
                    + "from the first enqueue to the last settlement")
        }
        lines.append(
            "requests  p50 \(Shown.milliseconds(requestP50Milliseconds)), "
                + "p99 \(Shown.milliseconds(requestP99Milliseconds)), "
                + "\(batch) jobs each, \(connections * window) at once")
        return lines.joined(separator: "\n")
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// The smallest value that so many percent do not exceed (nearest rank).
    static func percentile(_ percent: Int, of sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
    }

    private static func perSecond(_ count: Int, _ duration: Duration) -> Double {
        duration > .zero ? Double(count) / duration.inSeconds : 0
    }
}
