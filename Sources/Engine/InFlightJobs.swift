import DequeModule
import JobModel

/// A job that a worker has in hand.
struct InFlightJob {
    /// Why a running job is being brought to its end.
    enum Ending {
        case timeout
        case cancel
    }

    let lease: Lease
    let type: String
    let queue: String
    let attempt: Int
    let maxAttempts: Int
    let crashes: Int
    /// The hard limit of the attempt.
    let timeout: Duration?
    /// When it began to run, on the monotonic clock; `nil` while it waits in the worker.
    var startedAt: Duration?
    var ending: Ending?
    /// What was done so far to end it: 0 nothing, 1 asked, 2 SIGTERM, 3 SIGKILL.
    var endingStep = 0
    /// When the next step is due, on the monotonic clock.
    var deadline: Duration?

    init(_ job: ClaimedJob) {
        lease = job.lease
        type = job.type
        queue = job.queue
        attempt = job.attempt
        maxAttempts = job.maxAttempts
        crashes = job.crashes
        timeout = job.timeoutMilliseconds > 0 ? .milliseconds(job.timeoutMilliseconds) : nil
    }

    mutating func start(at now: Duration) {
        startedAt = now
        if ending == nil { deadline = timeout.map { now + $0 } }
    }
}

/// The jobs of one worker in the order they were handed over.
///
/// Workers start jobs in that order, as slots fall free; so the first `slots` unsettled ones run and the rest
/// waits inside the worker. A worker has few of them: searching from the front beats hashing.
struct InFlightJobs {
    let slots: Int
    private var jobs = Deque<InFlightJob>()

    init(slots: Int) {
        self.slots = max(1, slots)
    }

    var count: Int { jobs.count }
    var isEmpty: Bool { jobs.isEmpty }
    var running: Deque<InFlightJob>.SubSequence { jobs.prefix(slots) }
    var waiting: Deque<InFlightJob>.SubSequence { jobs.dropFirst(slots) }

    /// The time of the next step for a running job.
    var nextDeadline: Duration? {
        running.lazy.compactMap(\.deadline).min()
    }

    mutating func append(_ job: ClaimedJob, at now: Duration) {
        var entry = InFlightJob(job)
        if jobs.count < slots { entry.start(at: now) }
        jobs.append(entry)
    }

    /// Takes out the job of a lease; the next waiting one runs from now on.
    mutating func remove(job: JobID, token: UInt64, at now: Duration) -> InFlightJob? {
        let lease = Lease(job: job, token: token)
        guard let index = jobs.firstIndex(where: { $0.lease == lease }) else { return nil }
        let removed = jobs.remove(at: index)
        if index < slots, jobs.count >= slots, jobs[slots - 1].startedAt == nil {
            jobs[slots - 1].start(at: now)
        }
        return removed
    }

    func contains(_ lease: Lease) -> Bool {
        jobs.contains { $0.lease == lease }
    }

    mutating func removeAll() -> Deque<InFlightJob> {
        defer { jobs = [] }
        return jobs
    }

    /// Changes the job of a lease in place; does nothing when it is gone.
    mutating func update(_ lease: Lease, _ change: (inout InFlightJob) -> Void) {
        guard let index = jobs.firstIndex(where: { $0.lease == lease }) else { return }
        change(&jobs[index])
    }
}
