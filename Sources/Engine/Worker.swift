import JobModel
import NIOCore
import ProcessHost
import Supervision

/// One worker process of a socket pool, from its spawn to its exit. Lives on the engine's event loop.
final class Worker {
    let name: String
    let pool: String
    /// Shown once, in HELLO; then it is worth nothing.
    let token: String
    private(set) var state = WorkerState.starting
    /// When it came into its state.
    private(set) var since: Timestamp
    let spawnedAt: Duration
    var readyAt: Duration?
    var process: ProcessHandle?
    var pid: Int32?
    var link: WorkerLink?
    var build = ""
    var jobs: InFlightJobs
    var prefetch = PrefetchRule()
    var completed = 0
    var failed = 0
    /// What the kernel said about its end.
    var exit: ProcessExit?
    /// Why the daemon is ending it, when it does.
    var stopReason: String?
    /// It ended its connection without a word, broke the protocol, or was not ready in time: its running jobs count as
    /// crashed.
    var isAtFault = false
    /// It said that it leaves, without being asked.
    var leftByItself = false
    /// Is to run a suspect, or to become empty for one: gets no other job.
    var isReserved = false
    /// Waiting jobs were called back and have not all come.
    var isRecalled = false
    /// Boot deadline, job deadlines or the next step of a stop: the earliest of them.
    var timer: Scheduled<Void>?
    var timerAt: Duration?

    init(name: String, pool: String, token: String, slots: Int, spawnedAt: Duration, since: Timestamp) {
        self.name = name
        self.pool = pool
        self.token = token
        self.spawnedAt = spawnedAt
        self.since = since
        jobs = InFlightJobs(slots: slots)
    }

    var named: EngineEvent.Worker { EngineEvent.Worker(pool: pool, name: name, pid: pid) }

    /// How many more jobs it may be given.
    var credit: Int {
        guard state.isCapacity, !isRecalled, !isReserved, link != nil else { return 0 }
        return max(0, prefetch.credit(slots: jobs.slots) - jobs.count)
    }

    /// Changes the state by the table; says whether it changed.
    @discardableResult
    func apply(_ event: WorkerEvent, at now: Timestamp) -> Bool {
        guard let next = state.next(after: event) else { return false }
        state = next
        since = now
        return true
    }
}
