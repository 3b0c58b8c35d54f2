/// How much waits in somebody else's queue.
package struct SignalReading: Sendable, Hashable {
    package var depth: Int
    /// How long the oldest has waited; `nil` when the source does not say.
    package var oldestAge: Duration?

    package init(depth: Int, oldestAge: Duration? = nil) {
        self.depth = depth
        self.oldestAge = oldestAge
    }
}

/// Why there is no reading, and what to do.
package struct SignalFailure: Error, Sendable, Hashable {
    package var message: String
    package var hint: String

    package init(_ message: String, hint: String) {
        self.message = message
        self.hint = hint
    }

    package var words: String { "\(message); \(hint)" }
}
