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

    /// Takes up to `limit` jobs of one queue. `false` when a lane has to be fetched from disk first, so that
    /// nothing behind it may be handed out.
    package mutating func take(
        from queue: Int, limit: Int, _ receive: (LaneNumber, ReadyJob) -> Void
    ) -> Bool {
        guard queue < occupied.count else { return true }
        var left = limit
        while left > 0, occupied[queue] != 0 {
            let rank = occupied[queue].trailingZeroBitCount
            guard let priority = Priority(rank + 1) else { return true }
            let number = LaneNumber(queue: queue, priority: priority)
            while left > 0, let job = lanes[number.index].popFirst() {
                receive(number, job)
                left -= 1
            }
            if lanes[number.index].isBlocked { return false }
            if lanes[number.index].isEmpty { occupied[queue] &= ~(1 << UInt16(rank)) }
        }
        return true
    }

    /// When the job was enqueued that would be taken next; `nil` when none is at hand.
    package func oldest(of queue: Int) -> Timestamp? {
        guard queue < occupied.count, occupied[queue] != 0 else { return nil }
        return lanes[queue * LaneNumber.perQueue + occupied[queue].trailingZeroBitCount].first?.enqueuedAt
    }

    /// The lanes of one queue that should be fetched from disk.
    package func lowLanes(of queue: Int) -> [LaneNumber] {
        guard queue < occupied.count else { return [] }
        return (1...LaneNumber.perQueue).compactMap { rank in
            guard let priority = Priority(rank) else { return nil }
            let number = LaneNumber(queue: queue, priority: priority)
            return lanes[number.index].isLow(window) ? number : nil
        }
    }
}
