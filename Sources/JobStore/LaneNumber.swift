import JobModel

/// Which lane a job waits in: one for every queue and priority.
package struct LaneNumber: Hashable, Sendable {
    /// The queue's number in ``QueueNames``.
    package let queue: Int
    package let priority: Priority

    package init(queue: Int, priority: Priority) {
        self.queue = queue
        self.priority = priority
    }

    /// Lanes of one queue lie side by side, the most urgent first.
    package var index: Int { queue * Self.perQueue + Int(priority.rawValue) - 1 }

    package static let perQueue = Int(Priority.range.upperBound)
}
