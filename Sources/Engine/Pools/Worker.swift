import JobModel
import NIOCore
import ProcessHost
import Supervision

/// One long-lived worker process, from its spawn to its exit. Lives on the engine's event loop.
final class Worker {
    let name: String
    let pool: String
    /// Shown once, in HELLO; then it is worth nothing.
    let token: String
    /// What it was started with.
    let generation: Generation
    private(set) var state = WorkerState.spawning
    /// When it came into its state.
    private(set) var since: Timestamp
    let spawnedAt: Duration
    var readyAt: Duration?
    /// The place it fills; `nil` once it is on its way out.
    weak var slot: ResidentPool.Slot?
    var process: ProcessHandle?
    var pid: Int32?

    var link: WorkerLink?
    var build = ""
    var jobs: InFlightJobs
    var prefetch = PrefetchRule()
    var completed = 0
    var failed = 0
    /// Runs a suspect: gets no other job.
    var runsSuspect = false
    /// Is to become empty for a suspect: gets no other job.
    var isBeingEmptied = false
    /// Waiting jobs were called back and have not all come.
    var isRecalled = false

    /// Started to see whether a degraded pool can live again.
    var isCanary = false
    var recycling: RecycleRule
    /// As last measured, its descendants included.
    var memoryBytes: Int?
    var peakMemoryBytes: Int?
    /// Was measured since it is ready: before that it has less than it will need.
    var isMeasuredAtWork = false
    /// What it says of itself, by `STATUS=`.
    var statusText: String?
    /// It said that it stops before it was ready.
    var hasSaidStopping = false
    var watchdog: Duration?
    /// When its silence is too long.
    var watchdogAt: Duration?
    var output = OutputJobs()
    /// The last lines of its stderr.
    var lastWords = LastWords()

    /// What the kernel said about its end.
    var exit: ProcessExit?
    /// Why the daemon ends it, when it does.
    var stopReason: StopReason?
    /// Was sent a signal to end it.
    var hasBeenSignalled = false
    /// The kernel did not let go of it in time.
    var isAbandoned = false
    /// Waits for its replacement.
    var recycleReason: RecycleReason?
    /// When its state has lasted too long.
    var stateDeadline: Duration?
    /// Armed for the earliest of all that can be due.
    var timer: Scheduled<Void>?
    var timerAt: Duration?

    init(
        name: String, pool: String, token: String, generation: Generation, recycling: RecycleRule, spawnedAt: Duration,
        since: Timestamp
    ) {
        self.name = name
        self.pool = pool
        self.token = token
        self.generation = generation
        self.recycling = recycling
        self.spawnedAt = spawnedAt
        self.since = since
        watchdog = generation.settings.watchdog
        jobs = InFlightJobs(slots: generation.settings.concurrency)
    }

    var named: EngineEvent.Worker { EngineEvent.Worker(pool: pool, name: name, pid: pid) }

    /// How many more jobs it may be given.
    var credit: Int {
        guard state.isCapacity, !isRecalled, !runsSuspect, !isBeingEmptied, link != nil, exit == nil else { return 0 }
        return max(0, prefetch.credit(slots: jobs.slots) - jobs.count)
    }

    /// Jobs it brought to an end.
    var settled: Int { completed + failed }

    /// Changes the state by the table; gives what is to be done, or `nil` when nothing changed.
    func move(_ event: WorkerEvent, at now: Timestamp) -> [WorkerAction]? {
        guard let transition = state.next(after: event) else { return nil }
        state = transition.state
        since = now
        stateDeadline = nil
        return transition.actions
    }
}

/// Workers of one pool that were started with the same settings.
final class Generation {
    let number: Int
    /// Only numbers that its workers can go on under change.
    var settings: PoolSettings
    /// Of all its workers.
    var completed = 0
    var failed = 0

    init(number: Int, settings: PoolSettings) {
        self.number = number
        self.settings = settings
    }
}
