import Foundation
import JobModel

/// What a benchmark puts on the daemon.
struct BenchLoad: Equatable {
    let type: String
    let queue: String?
    let jobs: Int
    let batch: Int
    let connections: Int
    /// Requests under way on each connection.
    let window: Int
    let perSecond: Double?
    let payloadBytes: Int

    /// How many jobs each request has.
    var requests: [Int] {
        stride(from: 0, to: jobs, by: batch).map { min(batch, jobs - $0) }
    }

    /// When a request is due, counted from the start.
    func due(_ request: Int) -> Duration {
        perSecond.map { .seconds(Double(request) / $0) } ?? .zero
    }

    /// A JSON string.
    var payload: [UInt8] {
        Array(("\"" + String(repeating: "x", count: payloadBytes - 2) + "\"").utf8)
    }

    /// The job as the HTTP API takes it.
    func task() throws -> Data {
        let encoder = JSONEncoder()
        var members = Data("{\"type\":".utf8) + (try encoder.encode(type))
        if let queue { members += Data(",\"queue\":".utf8) + (try encoder.encode(queue)) }
        return members + Data(",\"payload\":".utf8) + Data(payload) + Data("}".utf8)
    }
}
