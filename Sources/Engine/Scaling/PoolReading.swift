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

extension [Int] {
    /// The smallest of them that at most a twentieth is above; `nil` when there are none.
    var percentile95: Int? {
        isEmpty ? nil : sorted()[Swift.max(0, (count * 95 + 99) / 100 - 1)]
    }
}
