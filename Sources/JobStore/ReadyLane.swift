import DequeModule
import HeapModule
import JobModel

/// The waiting jobs of one queue and priority in the order of their ids: the first ones at hand, the rest away (on disk).
///
/// The rule that everything rests on: each job at hand has a smaller id than each job away. So the lane can hand out
/// what is at hand without looking further, and fetches what is away in the order of ids.
package struct ReadyLane: Sendable {
    /// New jobs come with ascending ids and queue up here.
    private var line = Deque<ReadyJob>()
    /// Those that come back to an older place: retried, released, promoted.
    private var returned = Heap<ReadyJob>()
    private var weight = 0
    /// Room promised to jobs whose commit is under way.
    private var promisedJobs = 0
    private var promisedWeight = 0
    private var lastPromised: JobID?

    /// How many jobs wait away.
    package private(set) var away = 0
    /// Each job away has a greater id than this one.
    package private(set) var horizon = JobID(0)
    /// Whether somebody is on the way to fetch what is away.
    package var isFetching = false

    package init() {}

    package var count: Int { line.count + returned.count }
    package var isEmpty: Bool { line.isEmpty && returned.isEmpty }
    /// Nothing at hand although jobs wait: whoever claims has to wait for the disk, or would overtake them.
    package var isBlocked: Bool { isEmpty && away > 0 }

    package var first: ReadyJob? {
        guard let oldest = returned.min else { return line.first }
        guard let next = line.first else { return oldest }
        return min(oldest, next)
    }

    /// The last id at hand; 0 when nothing is.
    package var end: JobID { last ?? JobID(0) }

    private var last: JobID? {
        let held = [returned.max?.id, line.last?.id, lastPromised].compactMap { $0 }
        return held.max()
    }

    package mutating func insert(_ job: ReadyJob) {
        weight += job.weight
        if let end = line.last, end.id > job.id { returned.insert(job) } else { line.append(job) }
    }

    /// Several in ascending order.
    package mutating func insert(_ jobs: ArraySlice<ReadyJob>) {
        guard let first = jobs.first else { return }
        if let end = line.last, end > first {
            for job in jobs { insert(job) }
        } else {
            line.append(contentsOf: jobs)
            for index in jobs.indices { weight += jobs[index].weight }
        }
    }

    package mutating func popFirst() -> ReadyJob? {
        let job: ReadyJob?
        if let oldest = returned.min, line.first.map({ oldest < $0 }) ?? true {
            job = returned.popMin()
        } else {
            job = line.popFirst()
        }
        if let job { weight -= job.weight }
        return job
    }

    private mutating func popLast() -> ReadyJob? {
        let job: ReadyJob?
        if let newest = returned.max, line.last.map({ $0 < newest }) ?? true {
            job = returned.popMax()
        } else {
            job = line.popLast()
        }
        if let job { weight -= job.weight }
        return job
    }

    /// Takes one job out of the row; `nil` when it is not at hand.
    package mutating func remove(_ id: JobID) -> ReadyJob? {
        var low = 0
        var high = line.count
        while low < high {
            let middle = (low + high) / 2
            if line[middle].id < id { low = middle + 1 } else { high = middle }
        }
        var found: ReadyJob?
        if low < line.count, line[low].id == id {
            found = line.remove(at: low)
        } else if returned.unordered.contains(where: { $0.id == id }) {
            found = returned.unordered.first { $0.id == id }
            returned = Heap(returned.unordered.filter { $0.id != id })
        }
        if let found { weight -= found.weight }
        return found
    }
}

// MARK: - What is away

extension ReadyLane {
    /// Decides where a job goes that is about to be written: room at hand is promised until ``keepPromises()``,
    /// or the job counts as away. `true` for at hand.
    package mutating func admit(_ id: JobID, weight: Int, window: ReadyWindow) -> Bool {
        if fits(id, weight: weight, window: window) {
            promise(id, weight: weight)
            return true
        }
        sendAway(id)
        return false
    }

    /// The same for a job that was at hand before and comes back: there is always room, unless others that belong
    /// before it are away.
    package mutating func readmit(_ id: JobID, weight: Int) -> Bool {
        if isBeyond(id) {
            sendAway(id)
            return false
        }
        promise(id, weight: weight)
        return true
    }

    private mutating func promise(_ id: JobID, weight: Int) {
        promisedJobs += 1
        promisedWeight += weight
        lastPromised = lastPromised.map { max($0, id) } ?? id
    }

    private func fits(_ id: JobID, weight: Int, window: ReadyWindow) -> Bool {
        if isBeyond(id) { return false }
        let jobs = count + promisedJobs + 1
        if window.holds(jobs: jobs, bytes: self.weight + promisedWeight + weight) { return true }
        // One that belongs before others at hand has to be at hand too, even if there is no room; `overflow` makes room.
        return last.map { id < $0 } ?? true
    }

    /// Counts a job that is away, be it new or given back.
    package mutating func sendAway(_ id: JobID) {
        let before = JobID(id.rawValue - 1)
        horizon = away == 0 ? before : min(horizon, before)
        away += 1
    }

    /// One job less is away: it was cancelled.
    package mutating func forgetAway() {
        away = max(0, away - 1)
    }

    /// Whether others that belong before the job may be away.
    package func isBeyond(_ id: JobID) -> Bool {
        away > 0 && id > horizon
    }

    /// What is away, to be put back when a commit fails.
    package var tail: Tail {
        get { Tail(away: away, horizon: horizon) }
        set { (away, horizon) = (newValue.away, newValue.horizon) }
    }

    package struct Tail: Sendable {
        package let away: Int
        package let horizon: JobID

        package init(away: Int, horizon: JobID) {
            self.away = away
            self.horizon = horizon
        }
    }

    /// The commit is over: what was promised room is at hand now, or never came.
    package mutating func keepPromises() {
        promisedJobs = 0
        promisedWeight = 0
        lastPromised = nil
    }

    /// Whether it is time to fetch: at the half, so that claims do not run dry meanwhile.
    package func isLow(_ window: ReadyWindow) -> Bool {
        away > 0 && !isFetching && count <= window.jobs / 2 && weight <= window.bytes / 2
    }

    /// How many jobs and bytes of them there is room for.
    package func room(in window: ReadyWindow) -> (jobs: Int, bytes: Int) {
        (max(1, window.jobs - count), max(0, window.bytes - weight))
    }

    /// Takes in what was fetched, in ascending order: all that comes before ``end``, and as much behind it as there was
    /// room for. `through` is the last id looked at; `reachedEnd` says that nothing lies behind it.
    package mutating func takeIn(_ jobs: [ReadyJob], through: JobID, reachedEnd: Bool) {
        for job in jobs { insert(job) }
        let through = max(through, end)
        away = reachedEnd ? 0 : max(1, away - jobs.count)
        horizon = max(horizon, through)
        isFetching = false
    }

    /// Whether so many came back to older places that the row should be cut. Not while promises are open: what was
    /// promised room may lie behind the cut.
    package func overflows(_ window: ReadyWindow) -> Bool {
        guard window.jobs < .max / 2, promisedJobs == 0 else { return false }
        return count > 2 * window.jobs || (count > 1 && weight / 2 > window.bytes)
    }

    /// Cuts the last jobs off until the rest fits the window, and counts them as away.
    package mutating func cut(to window: ReadyWindow) -> [ReadyJob] {
        var cut: [ReadyJob] = []
        while !window.holds(jobs: count, bytes: weight), let job = popLast() {
            sendAway(job.id)
            cut.append(job)
        }
        return cut
    }
}
