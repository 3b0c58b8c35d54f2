import Synchronization

/// What the connections of a benchmark share: which request is next, and what the answered ones took.
final class BenchTally: Sendable {
    private struct State {
        var next = 0
        var latencies: [Duration] = []
        var last = ""
    }

    private let state = Mutex(State())

    /// The time of every request, and the job with the highest id.
    var results: (latencies: [Duration], last: String) {
        state.withLock { ($0.latencies, $0.last) }
    }

    func takeNext() -> Int {
        state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
    }

    func add(_ latency: Duration, job: String) {
        state.withLock { state in
            state.latencies.append(latency)
            if (Int(job) ?? 0) > (Int(state.last) ?? 0) { state.last = job }
        }
    }
}
