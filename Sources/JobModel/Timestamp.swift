/// An instant of the wall clock: milliseconds since 1970-01-01T00:00:00Z.
///
/// For what is stored and shown. Time limits are measured on the monotonic clock instead.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    package static func + (instant: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: instant.milliseconds &+ duration.inMilliseconds)
    }

    package static func - (instant: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: instant.milliseconds &- duration.inMilliseconds)
    }

    /// The time from `earlier` to this instant.
    package func since(_ earlier: Timestamp) -> Duration {
        .milliseconds(milliseconds - earlier.milliseconds)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down; saturates instead of overflowing.
    package var inMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        return product &+ attoseconds / 1_000_000_000_000_000
    }

    /// Seconds as a number with a fraction, for people and JSON.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// Where the time comes from: both clocks are read through one value that is handed in, so that
/// tests decide what time it is.
package struct TimeSource: Sendable {
    /// The wall clock, for what is stored and shown.
    package let now: @Sendable () -> Timestamp
    /// The monotonic clock, for time limits: seconds and their fractions since an unknown start.
    package let uptime: @Sendable () -> Duration

    package init(now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Duration) {
        self.now = now
        self.uptime = uptime
    }
}
