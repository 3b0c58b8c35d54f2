import JobModel

/// Counts of jobs by queue and state, kept with every change instead of counted.
package struct QueueTally: Sendable {
    private struct Row: Sendable {
        var pending = 0
        var queued = 0
        /// Jobs that were queued so far, each time that they were.
        var arrived = 0
        var processing = 0
        var finished = [Int](repeating: 0, count: JobState.allCases.count)
    }

    private var rows: [Row] = []

    package init() {}

    /// Adds `change` to the count of one state; `cancelling` counts as `processing`.
    package mutating func add(_ change: Int, to state: JobState, of queue: Int) {
        while rows.count <= queue { rows.append(Row()) }
        switch state {
        case .pending: rows[queue].pending += change
        case .queued:
            rows[queue].queued += change
            rows[queue].arrived += max(0, change)
        case .processing, .cancelling: rows[queue].processing += change
        case .cancelled, .completed, .failed, .timeout, .expired: rows[queue].finished[state.rawValue] += change
        }
    }

    package mutating func move(from old: JobState, to new: JobState, of queue: Int) {
        add(-1, to: old, of: queue)
        add(1, to: new, of: queue)
    }

    /// A claimed job is queued again without having been run: it has not come a second time.
    package mutating func giveBack(to queue: Int) {
        move(from: .processing, to: .queued, of: queue)
        rows[queue].arrived -= 1
    }

    package func counts(names: QueueNames, oldest: (Int) -> Timestamp?) -> [QueueCounts] {
        rows.indices.map { queue in
            var counts = QueueCounts(queue: names[queue])
            counts.pending = rows[queue].pending
            counts.queued = rows[queue].queued
            counts.arrived = rows[queue].arrived
            counts.processing = rows[queue].processing
            for state in JobState.finished where rows[queue].finished[state.rawValue] != 0 {
                counts.finished[state] = rows[queue].finished[state.rawValue]
            }
            counts.oldestQueuedAt = oldest(queue)
            return counts
        }
    }
}
