/// Lets at most ten reports of a job through in a second and keeps the last one of those it holds back.
struct ProgressThrottle {
    enum Decision: Equatable {
        case send
        /// Kept; ask again after this time.
        case hold(Duration)
        /// Kept in place of one that is held already.
        case replaced
    }

    static let interval = Duration.milliseconds(100)

    private var lastSentAt: ContinuousClock.Instant?
    private var held: JobProgress?

    mutating func offer(_ report: JobProgress, at now: ContinuousClock.Instant) -> Decision {
        guard held == nil else {
            held = report
            return .replaced
        }
        if let lastSentAt, now < lastSentAt + Self.interval {
            held = report
            return .hold(lastSentAt + Self.interval - now)
        }
        lastSentAt = now
        return .send
    }

    /// The report that was held, at the end of its time.
    mutating func takeDue(at now: ContinuousClock.Instant) -> JobProgress? {
        guard held != nil else { return nil }
        lastSentAt = now
        return takeLast()
    }

    /// The report that is held, at once.
    mutating func takeLast() -> JobProgress? {
        defer { held = nil }
        return held
    }
}
