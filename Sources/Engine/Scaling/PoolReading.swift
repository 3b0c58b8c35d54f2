import Scaling

/// What a pool tells of itself to whoever decides how many workers it is to have.
struct PoolReading {
    var workers = ScalingObservation.Workers()
    /// Jobs that run now.
    var running = 0
    /// Jobs that were handed to a worker and wait in it.
    var waiting = 0
    /// Attempts that ended, well or not, since the pool is there.
    var attempts = 0
    /// Time that jobs took, those in progress included.
    var busySeconds = 0.0
    /// p95 of what its workers have of memory; `nil` before they were measured.
    var workerBytes: Int?
    var bootTime: Duration?
}

/// How long the last workers of a pool took from their start until they were ready.
struct RecentBoots {
    private static let limit = 9
    private var times: [Duration] = []

    mutating func add(_ time: Duration) {
        if times.count == Self.limit { times.removeFirst() }
        times.append(time)
    }

    var median: Duration? { times.isEmpty ? nil : times.sorted()[times.count / 2] }
}

extension [Int] {
    /// The smallest of them that at most a twentieth is above; `nil` when there are none.
    var percentile95: Int? {
        isEmpty ? nil : sorted()[Swift.max(0, (count * 95 + 99) / 100 - 1)]
    }
}
