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
    let requestID: String?
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
    /// What it gets to end when it was cancelled before it began.
    var grace: Duration?
    /// When the next step is due, on the monotonic clock.
    var deadline: Duration?

    init(_ job: ClaimedJob) {
        lease = job.lease
        type = job.type
        queue = job.queue
        requestID = job.requestID
        attempt = job.attempt
        maxAttempts = job.maxAttempts
        crashes = job.crashes
        timeout = job.timeoutMilliseconds > 0 ? .milliseconds(job.timeoutMilliseconds) : nil
    }

    mutating func start(at now: Duration) {
        startedAt = now
        deadline = (ending == nil ? timeout : grace).map { now + $0 }
    }
}

/// The jobs of one worker: those that run in it, and those that wait in it in the order they were handed over.
///
/// Workers start jobs in that order, as slots fall free; so the first `slots` unsettled ones run. A worker runs few:
/// searching beats hashing, and closing a gap with the last one beats keeping an order that nobody asks for.
///
/// The two instants are bounds, since they are asked for with each batch: no job's instant lies before them, and
/// ``tightenBounds()`` makes them exact.
struct InFlightJobs {
    let slots: Int
    /// In no order.
    private(set) var running: [InFlightJob] = []
    private(set) var waiting = Deque<InFlightJob>()
    /// The next step for a running job comes at this time or later.
    private(set) var nextDeadline: Duration?
    /// The oldest of the running jobs began at this time or later.
    private(set) var earliestStart: Duration?

    init(slots: Int) {
        self.slots = max(1, slots)
        running.reserveCapacity(self.slots)
    }

    var count: Int { running.count + waiting.count }
    var isEmpty: Bool { running.isEmpty }

    mutating func append(_ job: ClaimedJob, at now: Duration) {
        let entry = InFlightJob(job)
        if running.count < slots { start(entry, at: now) } else { waiting.append(entry) }
    }

    /// Takes out the job of a lease; the next waiting one runs from now on.
    mutating func remove(_ lease: Lease, at now: Duration) -> InFlightJob? {
        if let index = running.firstIndex(of: lease) {
            running.swapAt(index, running.count - 1)
            let removed = running.removeLast()
            if let next = waiting.popFirst() { start(next, at: now) }
            if running.isEmpty { (nextDeadline, earliestStart) = (nil, nil) }
            return removed
        }
        return waiting.firstIndex(of: lease).map { waiting.remove(at: $0) }
    }

    func contains(_ lease: Lease) -> Bool {
        running.firstIndex(of: lease) != nil || waiting.firstIndex(of: lease) != nil
    }

    /// Takes out all: those that ran, and those that had not begun.
    mutating func removeAll() -> (running: [InFlightJob], waiting: Deque<InFlightJob>) {
        defer { self = InFlightJobs(slots: slots) }
        return (running, waiting)
    }

    /// Changes the job of a lease in place; does nothing when it is gone.
    mutating func update(_ lease: Lease, _ change: (inout InFlightJob) -> Void) {
        if let index = running.firstIndex(of: lease) {
            change(&running[index])
            lower(&nextDeadline, to: running[index].deadline)
        } else if let index = waiting.firstIndex(of: lease) {
            change(&waiting[index])
        }
    }

    mutating func tightenBounds() {
        (nextDeadline, earliestStart) = (nil, nil)
        for index in running.indices {
            lower(&nextDeadline, to: running[index].deadline)
            lower(&earliestStart, to: running[index].startedAt)
        }
    }

    private mutating func start(_ job: InFlightJob, at now: Duration) {
        var job = job
        job.start(at: now)
        lower(&nextDeadline, to: job.deadline)
        lower(&earliestStart, to: now)
        running.append(job)
    }

    private func lower(_ bound: inout Duration?, to instant: Duration?) {
        guard let instant else { return }
        if let known = bound, known <= instant { return }
        bound = instant
    }
}

extension RandomAccessCollection where Element == InFlightJob, Index == Int {
    /// Looks without copying the jobs, which hold references.
    fileprivate func firstIndex(of lease: Lease) -> Int? {
        for index in indices where self[index].lease.token == lease.token && self[index].lease.job == lease.job {
            return index
        }
        return nil
    }
}
