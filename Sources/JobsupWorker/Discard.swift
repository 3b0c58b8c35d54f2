/// Thrown by a handler whose job makes no sense any more: it ends as failed and is never run again.
public struct Discard: Error, Hashable, Sendable {
    /// Why, for people.
    public var reason: String

    /// Never run the job again.
    public init(_ reason: String) {
        self.reason = reason
    }
}
