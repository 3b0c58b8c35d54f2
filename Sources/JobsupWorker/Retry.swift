/// Thrown by a handler to have its job run again later. It uses an attempt.
public struct Retry: Error, Hashable, Sendable {
    /// How long the job waits.
    public var delay: Duration
    /// Why, for people.
    public var reason: String

    /// Run the job again after a time.
    public init(after delay: Duration, reason: String = "") {
        self.delay = delay
        self.reason = reason
    }
}
