import JobModel
import Scaling

/// What the machine and the queues look like at one moment, for all pools.
struct ScalingScene {
    /// What is around one pool.
    struct Surroundings {
        var uptime: Duration
        var machine: ScalingObservation.Machine
        /// `nil` when it is not known now.
        var queue: ScalingObservation.Queue?
        /// Jobs that were able to run so far, or are.
        var everAble: Int
    }

    let uptime: Duration
    let now: Timestamp
    let machine: ScalingObservation.Machine
    private let counts: [String: QueueCounts]
    /// The queues of each pool, and how many attempts it has brought to an end.
    private let takers: [(queues: Set<String>, attempts: Int)]

    init(
        uptime: Duration, now: Timestamp, machine: ScalingObservation.Machine, counts: [QueueCounts],
        pools: [any WorkerPool]
    ) {
        self.uptime = uptime
        self.now = now
        self.machine = machine
        self.counts = Dictionary(counts.map { ($0.queue, $0) }, uniquingKeysWith: { first, _ in first })
        takers = pools.map { (Set($0.settings.queues), $0.attempts) }
    }

    func around(_ pool: any WorkerPool) -> Surroundings {
        let queues = pool.settings.queues
        let mine = queues.compactMap { counts[$0] }
        // What other pools took of the same queues is not there any more to be counted.
        let attempts = takers.reduce(0) { $0 + ($1.queues.isDisjoint(with: queues) ? 0 : $1.attempts) }
        return Surroundings(
            uptime: uptime, machine: machine, queue: pool.settings.kind == .service ? nil : queue(mine),
            everAble: attempts + mine.reduce(0) { $0 + $1.queued + $1.processing })
    }

    private func queue(_ mine: [QueueCounts]) -> ScalingObservation.Queue {
        let oldest = mine.compactMap(\.oldestQueuedAt).min()
        return ScalingObservation.Queue(
            depth: mine.reduce(0) { $0 + $1.queued },
            oldestAge: oldest.map { max(.zero, now.since($0)) } ?? .zero)
    }
}
