import JobModel
import NIOCore
import ProcessHost
import Scaling
import Supervision
import WorkerProtocol

/// A pool of long-lived workers: those that speak the worker protocol, and plain services, which never get a job.
/// Lives on the engine's event loop.
///
/// Wanted and actual are kept apart: the wanted number is the number of slots, each slot has a worker or waits to start one.
/// Who is on the way out has no slot any more. One noun's work is one file: `+Start`, `+Steps` (the state machine's actions
/// and timers), `+End`, `+Scale`, `+Settle`, `+Suspects`, `+Recycle`, `+Rollout`.
final class ResidentPool: WorkerPool {
    /// A place for one worker; it remembers how its workers fared.
    final class Slot {
        var worker: Worker?
        /// Takes the worker's place once it has proved itself; until then both work.
        var successor: Worker?
        var backoff = RestartBackoff()
        /// Its own: what the worker does well beside it says nothing about successors that do not come to life.
        var successorBackoff = RestartBackoff()
        /// The number of the generation that a rollout found ready here; 0 when that has to be seen again.
        var reachedBy = 0
        /// Armed while the slot waits to start its next worker.
        var restart: Scheduled<Void>?
    }

    let context: EngineContext
    var configured: PoolSettings {
        didSet { if configured.keepsWorkers(of: settings) { takenBack = nil } }
    }
    private(set) var takenBack: PoolSettings?
    /// What new workers are started with.
    var generation: Generation
    var slots: [Slot] = []
    /// All that fill a slot or may come to; in the order of the slots.
    private(set) var crew: [Worker] = []
    /// Those on their way out.
    var leaving: [Worker] = []
    var health: PoolHealth
    /// Armed while a degraded pool, all of whose places are filled, waits for its next canary.
    var canary: Scheduled<Void>?
    var rollout: Rollout?
    /// How the last rollout ended.
    var lastRollout: String?
    /// The highest number of a generation so far; one that was taken back keeps its number.
    var generations = 1
    var putOffRule = PutOffRule()
    var counts = PoolCounts()
    var ends = RecentEnds()
    var boots = RecentBoots()
    var notifySocket: NotifySocket?
    var isDraining = false
    var isScaled = false
    /// Nobody waits for its workers any more.
    var isHurried = false
    /// Not in the configuration any more: gone with its last worker.
    var isRemoved = false
    /// Jobs that have seen so many workers die that the next death is to be theirs alone; each waits for an empty worker.
    var suspects: [ClaimedJob] = []

    init(settings: PoolSettings, context: EngineContext) {
        self.context = context
        configured = settings
        generation = Generation(number: 1, settings: settings)
        health = PoolHealth(settings.restart)
    }

    var settings: PoolSettings { generation.settings }

    /// Remembers settings that did not prove themselves, if they are the configuration's; `nil` forgets.
    func remember(takenBack settings: PoolSettings?) {
        takenBack = settings.flatMap { configured.keepsWorkers(of: $0) ? configured : nil }
    }
    var wanted: Int { slots.count }
    /// One that the kernel does not let go of is not waited for.
    var isEmpty: Bool { crew.isEmpty && leaving.allSatisfy { $0.state == .unkillable } }
    var everyWorker: [Worker] { crew + leaving }

    var demand: Int {
        isDraining ? 0 : max(0, crew.reduce(0) { $0 + $1.credit } - suspects.count)
    }

    func start(with wanted: Int) {
        openNotifySocket()
        scale(to: wanted)
    }

    /// After a slot got or lost a worker.
    func regroup() {
        crew = slots.flatMap { [$0.worker, $0.successor].compactMap(\.self) }
    }

    /// Free slots of all workers first, then advance deliveries; lower places first, so that surplus workers fall idle.
    func take(_ jobs: [ClaimedJob]) {
        let now = context.time.uptime()
        var rest = admit(jobs)[...]
        for worker in crew where worker.credit > 0 && !rest.isEmpty {
            let free = min(worker.jobs.slots - worker.jobs.count, worker.credit, rest.count)
            if free > 0 { deliver(rest.prefix(free), to: worker, at: now) }
            rest = rest.dropFirst(max(0, free))
        }
        for worker in crew where !rest.isEmpty {
            let share = min(worker.credit, rest.count)
            if share > 0 { deliver(rest.prefix(share), to: worker, at: now) }
            rest = rest.dropFirst(share)
        }
        for worker in crew { worker.link?.flush() }
        if !rest.isEmpty { context.store.release(rest.map(\.lease)) }
        // Who waits for an empty worker must not keep all of them waiting for other jobs.
        if !suspects.isEmpty, demand == 0 { placeSuspects() }
    }

    func deliver(_ jobs: ArraySlice<ClaimedJob>, to worker: Worker, at now: Duration) {
        for job in jobs {
            worker.jobs.append(job, at: now)
            worker.link?.write(job)
        }
        apply(.take, to: worker)
        arm(worker)
    }

    func cancel(_ lease: Lease) -> Bool {
        if cancelSuspect(lease) { return true }
        guard let worker = everyWorker.first(where: { $0.jobs.contains(lease) }) else { return false }
        let now = context.time.uptime()
        worker.jobs.update(lease) { job in
            guard job.ending == nil else { return }
            job.ending = .cancel
            job.endingStep = 1
            job.grace = settings.stopGrace
            // One that waits in the worker gets the time once it runs.
            if job.startedAt != nil { job.deadline = now + settings.stopGrace }
        }
        worker.link?.cancel(lease)
        arm(worker)
        return true
    }
}

/// What a pool counts, over all workers that it ever had.
struct PoolCounts {
    var completed = 0
    var failed = 0
    /// Time that the jobs took which ended here.
    var busySeconds = 0.0
    /// Starts in the place of a worker that died.
    var restarts = 0
    /// Starts in the place of a worker that did well.
    var recycled = 0
}

/// How the last workers of a pool ended, newest last.
struct RecentEnds {
    private static let limit = 20
    private(set) var all: [WorkerEnd] = []

    var last: WorkerEnd? { all.last }

    mutating func add(_ end: WorkerEnd) {
        if all.count == Self.limit { all.removeFirst() }
        all.append(end)
    }
}
