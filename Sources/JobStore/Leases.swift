import JobModel

/// Who may settle which job.
package struct Leases: Sendable {
    package struct Entry: Sendable {
        package let token: UInt64
        package let lane: LaneNumber
        package let job: ReadyJob
        /// When somebody asked for its end; it ends as cancelled then, whatever the worker says.
        package var cancelledAt: Timestamp?
    }

    private var entries: [JobID: Entry] = [:]
    private var last: UInt64

    /// `epoch` is a number that no run of the same store has had before: tokens of different runs never meet.
    package init(epoch: UInt32) {
        last = UInt64(epoch) << 40
    }

    package var count: Int { entries.count }

    package mutating func grant(_ job: ReadyJob, lane: LaneNumber) -> Lease {
        last += 1
        entries[job.id] = Entry(token: last, lane: lane, job: job)
        return Lease(job: job.id, token: last)
    }

    /// The entry that a lease stands for; `nil` when the lease is stale.
    package subscript(lease: Lease) -> Entry? {
        guard let entry = entries[lease.job], entry.token == lease.token else { return nil }
        return entry
    }

    package subscript(id: JobID) -> Entry? { entries[id] }

    package mutating func end(_ id: JobID) -> Entry? {
        entries.removeValue(forKey: id)
    }

    /// Marks the lease of a running job; `nil` when there is none. A second wish changes nothing.
    package mutating func cancel(_ id: JobID, at now: Timestamp) -> Lease? {
        guard let entry = entries[id] else { return nil }
        if entry.cancelledAt == nil { entries[id]?.cancelledAt = now }
        return Lease(job: id, token: entry.token)
    }

    /// The ids of the leased jobs, newest first.
    package func newestFirst() -> [JobID] {
        entries.keys.sorted(by: >)
    }
}
