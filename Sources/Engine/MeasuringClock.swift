/// When the memory of all workers is measured next. No clock: instants are those of a monotonic clock that the caller reads.
struct MeasuringClock {
    private static let slow: Duration = .seconds(5)
    private static let quick: Duration = .seconds(1)

    /// The instant that is waited for; `nil` when nothing is.
    private(set) var next: Duration?
    private var isMeasuring = false
    /// Workers were started while the others were measured.
    private var isWoken = false

    /// Workers were started: soon, for a program that takes all it can get at once. Says whether ``next`` is an earlier one now.
    mutating func wake(at now: Duration) -> Bool {
        guard !isMeasuring else {
            isWoken = true
            return false
        }
        let soon = now + Self.quick
        if let next, next <= soon { return false }
        next = soon
        return true
    }

    /// It is time; nothing is measured when nobody is to be watched.
    mutating func begin(isWanted: Bool) {
        next = nil
        isMeasuring = isWanted
        isWoken = false
    }

    mutating func end(at now: Duration, isNearLimit: Bool) {
        isMeasuring = false
        next = now + (isNearLimit || isWoken ? Self.quick : Self.slow)
    }
}
