import JobModel

/// Who may settle which job.
package struct Leases: Sendable {
    package struct Entry: Sendable {
        package let token: UInt64
        package let lane: LaneNumber
        package let job: ReadyJob
        /// When somebody asked for its end; it ends as cancelled then, whatever the worker says.
        package var cancelledAt: Timestamp?
        /// Its settlement is being written: to other verbs the lease is over, until it turns out that writing failed.
        package fileprivate(set) var isSettling = false
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

    /// Begins to settle: from here on the lease is stale to everybody else. `nil` when it is already.
    package mutating func begin(_ lease: Lease) -> Entry? {
        guard let index = entries.index(forKey: lease.job) else { return nil }
        guard entries.values[index].token == lease.token, !entries.values[index].isSettling else { return nil }
        entries.values[index].isSettling = true
        return entries.values[index]
    }

    /// Writing failed: the lease stands as before.
    package mutating func resume(_ id: JobID) {
        entries[id]?.isSettling = false
    }

    @discardableResult
    package mutating func end(_ id: JobID) -> Entry? {
        entries.removeValue(forKey: id)
    }

    /// Marks the lease of a running job; `nil` when there is none. A second wish changes nothing.
    package mutating func cancel(_ id: JobID, at now: Timestamp) -> Lease? {
        guard let entry = entries[id], !entry.isSettling else { return nil }
        if entry.cancelledAt == nil { entries[id]?.cancelledAt = now }
        return Lease(job: id, token: entry.token)
    }

    /// Takes a wish back that could not be written.
    package mutating func withdrawCancel(_ id: JobID) {
        entries[id]?.cancelledAt = nil
    }

    /// The ids of the leased jobs, newest first.
    package func newestFirst() -> [JobID] {
        entries.keys.sorted(by: >)
    }
}
