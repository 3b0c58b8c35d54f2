import JobModel

/// Who may settle which job.
///
/// A table of its own instead of a dictionary: each job passes it three times, and its id is a number that the store
/// gave out itself, which needs no hashing that withstands an attacker.
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

    private struct Slot: Sendable {
        /// 0 where the slot is free.
        var id: Int64 = 0
        var place = 0
    }

    /// Open addressing with at most half of the slots taken; their number is a power of two.
    private var slots = [Slot](repeating: Slot(), count: 64)
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var last: UInt64
    package private(set) var count = 0

    /// `epoch` is a number that no run of the same store has had before: tokens of different runs never meet.
    package init(epoch: UInt32) {
        last = UInt64(epoch) << 40
    }

    // MARK: Verbs

    package mutating func grant(_ job: ReadyJob, lane: LaneNumber) -> Lease {
        last += 1
        insert(Entry(token: last, lane: lane, job: job))
        return Lease(job: job.id, token: last)
    }

    package subscript(id: JobID) -> Entry? {
        taken(by: id).flatMap { entries[slots[$0].place] }
    }

    /// The entry that a lease stands for; `nil` when the lease is stale.
    package subscript(lease: Lease) -> Entry? {
        guard let place = place(of: lease) else { return nil }
        return entries[place]
    }

    /// Begins to settle: from here on the lease is stale to everybody else. `nil` when it is already.
    package mutating func begin(_ lease: Lease) -> Entry? {
        guard let place = place(of: lease), entries[place]?.isSettling == false else { return nil }
        entries[place]?.isSettling = true
        return entries[place]
    }

    /// Writing failed: the lease stands as before.
    package mutating func resume(_ id: JobID) {
        change(id) { $0.isSettling = false }
    }

    package mutating func end(_ id: JobID) {
        remove(id)
    }

    /// Marks the lease of a running job; `nil` when there is none. A second wish changes nothing.
    package mutating func cancel(_ id: JobID, at now: Timestamp) -> Lease? {
        guard let entry = self[id], !entry.isSettling else { return nil }
        if entry.cancelledAt == nil { change(id) { $0.cancelledAt = now } }
        return Lease(job: id, token: entry.token)
    }

    /// Takes a wish back that could not be written.
    package mutating func withdrawCancel(_ id: JobID) {
        change(id) { $0.cancelledAt = nil }
    }

    /// The ids of the leased jobs, newest first.
    package func newestFirst() -> [JobID] {
        slots.lazy.filter { $0.id != 0 }.map { JobID($0.id) }.sorted(by: >)
    }

    // MARK: The table

    /// The slot that holds the job; `nil` when none does. 0, which is nobody's id, marks the free ones.
    private func taken(by id: JobID) -> Int? {
        let slot = home(of: id)
        return id.rawValue != 0 && slots[slot].id == id.rawValue ? slot : nil
    }

    /// The slot that holds the job, or the free one where it would go.
    private func home(of id: JobID) -> Int {
        var slot = ideal(for: id.rawValue)
        while slots[slot].id != id.rawValue, slots[slot].id != 0 { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    /// Multiplying by the golden ratio spreads runs of neighbours over the whole table, four by four: jobs that came
    /// together go together, and four slots are a line of the processor's cache.
    private func ideal(for id: Int64) -> Int {
        let spread = UInt64(bitPattern: id >> 2) &* 0x9e37_79b9_7f4a_7c15
        return (Int(truncatingIfNeeded: spread >> 32) << 2 | Int(id & 3)) & (slots.count - 1)
    }

    private func place(of lease: Lease) -> Int? {
        guard let slot = taken(by: lease.job) else { return nil }
        let place = slots[slot].place
        return entries[place]?.token == lease.token ? place : nil
    }

    private mutating func change(_ id: JobID, _ body: (inout Entry) -> Void) {
        guard let slot = taken(by: id) else { return }
        let place = slots[slot].place
        guard var entry = entries[place].take() else { return }
        body(&entry)
        entries[place] = entry
    }

    private mutating func insert(_ entry: Entry) {
        if 2 * (count + 1) > slots.count { grow() }
        let place: Int
        if let reused = free.popLast() {
            place = reused
            entries[place] = entry
        } else {
            place = entries.count
            entries.append(entry)
        }
        slots[home(of: entry.job.id)] = Slot(id: entry.job.id.rawValue, place: place)
        count += 1
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: 2 * old.count)
        for slot in old where slot.id != 0 { slots[home(of: JobID(slot.id))] = slot }
    }

    private mutating func remove(_ id: JobID) {
        guard var hole = taken(by: id) else { return }
        entries[slots[hole].place] = nil
        free.append(slots[hole].place)
        count -= 1
        // Those behind move up, so that nobody's search ends at the hole.
        let mask = slots.count - 1
        var next = (hole + 1) & mask
        while slots[next].id != 0 {
            let ideal = ideal(for: slots[next].id)
            if (next - ideal) & mask >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = Slot()
    }
}
