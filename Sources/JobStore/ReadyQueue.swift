import JobModel

/// The order in which waiting jobs are handed out: by queue as asked, in each by priority, in each by age.
package struct ReadyQueue: Sendable {
    package let window: ReadyWindow
    private var lanes: [ReadyLane] = []
    /// Per queue one bit for each lane that has jobs, at hand or away.
    private var occupied: [UInt16] = []

    package init(window: ReadyWindow = .unbounded) {
        self.window = window
    }

    /// The lane, made at its first use.
    package mutating func withLane<Value>(_ number: LaneNumber, _ body: (inout ReadyLane) -> Value) -> Value {
        while occupied.count <= number.queue {
            occupied.append(0)
            lanes.append(contentsOf: repeatElement(ReadyLane(), count: LaneNumber.perQueue))
        }
        let index = number.index
        let value = body(&lanes[index])
        let bit: UInt16 = 1 << (number.priority.rawValue - 1)
        let waits = !lanes[index].isEmpty || lanes[index].away > 0
        if waits { occupied[number.queue] |= bit } else { occupied[number.queue] &= ~bit }
        return value
    }

    package mutating func insert(_ job: ReadyJob, into number: LaneNumber) {
        withLane(number) { $0.insert(job) }
    }

    package mutating func insert(_ jobs: ArraySlice<ReadyJob>, into number: LaneNumber) {
        withLane(number) { $0.insert(jobs) }
    }

    package enum Next {
        case job(ReadyJob, LaneNumber)
        /// The next one has to be fetched from disk first, and nothing behind it may be handed out before.
        case blocked
        case none
    }

    /// Takes the next job of one queue.
    package mutating func takeNext(from queue: Int) -> Next {
        guard queue < occupied.count else { return .none }
        while occupied[queue] != 0 {
            let rank = occupied[queue].trailingZeroBitCount
            guard let priority = Priority(rank + 1) else { break }
            let number = LaneNumber(queue: queue, priority: priority)
            if let job = lanes[number.index].popFirst() { return .job(job, number) }
            if lanes[number.index].isBlocked { return .blocked }
            occupied[queue] &= ~(1 << UInt16(rank))
        }
        return .none
    }

    /// When the oldest of the jobs at hand was enqueued, of any priority; `nil` when none is.
    package func oldest(of queue: Int) -> Timestamp? {
        guard queue < occupied.count else { return nil }
        var oldest: Timestamp?
        var rest = occupied[queue]
        while rest != 0 {
            let lane = lanes[queue * LaneNumber.perQueue + rest.trailingZeroBitCount]
            rest &= rest - 1
            guard let instant = lane.first?.enqueuedAt else { continue }
            oldest = oldest.map { min($0, instant) } ?? instant
        }
        return oldest
    }

    /// The lanes of one queue that should be fetched from disk now; they count as being fetched from here on.
    package mutating func startFetching(for queue: Int) -> [LaneNumber] {
        guard queue < occupied.count else { return [] }
        var found: [LaneNumber] = []
        var rest = occupied[queue]
        while rest != 0 {
            let rank = rest.trailingZeroBitCount
            rest &= rest - 1
            guard let priority = Priority(rank + 1) else { break }
            let number = LaneNumber(queue: queue, priority: priority)
            guard lanes[number.index].isLow(window) else { continue }
            lanes[number.index].isFetching = true
            found.append(number)
        }
        return found
    }
}
