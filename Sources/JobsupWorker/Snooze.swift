/// Thrown by a handler whose job cannot run yet: it is run again later, and no attempt is used.
public struct Snooze: Error, Hashable, Sendable {
    /// How long the job waits.
    public var delay: Duration
    /// Why, for people.
    public var reason: String

    /// Run the job after a time.
    public init(for delay: Duration, reason: String = "") {
        self.delay = delay
        self.reason = reason
    }
}
