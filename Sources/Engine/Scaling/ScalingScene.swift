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
        /// Jobs that became able to run, since any fixed moment.
        var arrived: Int
    }

    let uptime: Duration
    let now: Timestamp
    let machine: ScalingObservation.Machine
    private let counts: [String: QueueCounts]

    init(uptime: Duration, now: Timestamp, machine: ScalingObservation.Machine, counts: [QueueCounts]) {
        self.uptime = uptime
        self.now = now
        self.machine = machine
        self.counts = Dictionary(counts.map { ($0.queue, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func around(_ pool: any WorkerPool) -> Surroundings {
        let queues = pool.settings.queues
        let mine = queues.compactMap { counts[$0] }
        return Surroundings(
            uptime: uptime, machine: machine, queue: pool.settings.kind == .service ? nil : queue(mine),
            arrived: mine.reduce(0) { $0 + $1.arrived })
    }

    private func queue(_ mine: [QueueCounts]) -> ScalingObservation.Queue {
        let oldest = mine.compactMap(\.oldestQueuedAt).min()
        return ScalingObservation.Queue(
            depth: mine.reduce(0) { $0 + $1.queued },
            oldestAge: oldest.map { max(.zero, now.since($0)) } ?? .zero)
    }
}
