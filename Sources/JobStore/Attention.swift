import JobModel

/// What the store's owner has been told, so that it is told the next thing once and in time.
package struct Attention: Sendable {
    private var expectsJobs = false
    private var earliestDue: Timestamp?

    package init() {}

    /// A claim gave less than it was asked for, or there is nobody yet to claim for.
    package mutating func expectJobs() {
        expectsJobs = true
    }

    /// Jobs came to hand: whether the owner waits to hear of it.
    package mutating func jobsCame() -> Bool {
        defer { expectsJobs = false }
        return expectsJobs
    }

    /// A job became pending until `due`: whether that is earlier than the owner knows.
    package mutating func becameDue(_ due: Timestamp) -> Bool {
        if let earliestDue, earliestDue <= due { return false }
        earliestDue = due
        return true
    }

    /// The owner was told the next due time.
    package mutating func toldDue(_ due: Timestamp?) {
        earliestDue = due
    }
}
