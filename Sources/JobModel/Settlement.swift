/// Why an attempt did not succeed. The raw values are stored on disk: never renumber them.
package enum FailureCause: Int, CaseIterable, Sendable {
    /// The handler threw, or the program exited with a failure.
    case error = 1
    /// The hard time limit passed.
    case timeout = 2
    /// The worker process died.
    case crash = 3
    /// The worker asked to retry later.
    case retryRequested = 4
    /// The worker asked to snooze.
    case snoozed = 5
    /// The worker discarded the job.
    case discarded = 6
    /// The job took down too many workers.
    case quarantined = 7
    /// Somebody cancelled it.
    case cancelled = 8
    /// Its worker was stopped for its memory; no failure of the job.
    case memory = 9

    package var name: String { String(describing: self) }
}

/// What went wrong in an attempt, in words an operator can act on.
package struct Failure: Hashable, Sendable {
    package let cause: FailureCause
    /// The error's type as the worker names it, or the kernel's word for the death (`SIGKILL`, `exit 3`).
    package let type: String
    package let message: String

    package init(cause: FailureCause, type: String, message: String) {
        self.cause = cause
        self.type = type
        self.message = message
    }
}

extension Failure {
    /// What a cancelled job says of its end.
    package static let cancelled = Failure(cause: .cancelled, type: "Cancelled", message: "somebody cancelled the job")
}

/// What becomes of a job after an attempt.
package enum Verdict: Hashable, Sendable {
    case complete(result: [UInt8])
    /// Back to pending until `at`; a retry uses an attempt, a snooze does not.
    case postpone(until: Timestamp, reason: PendingReason, usesAttempt: Bool, failure: Failure)
    /// The worker died: queued at once, counted as a crash, recorded.
    case requeue(failure: Failure)
    /// The end without success: `failed`, `timeout` or `cancelled`.
    case finish(JobState, failure: Failure)
}

/// The outcome of one attempt under its lease.
package struct Settlement: Sendable {
    package let lease: Lease
    package let verdict: Verdict
    package let worker: String
    package let startedAt: Timestamp
    package let endedAt: Timestamp

    package init(lease: Lease, verdict: Verdict, worker: String, startedAt: Timestamp, endedAt: Timestamp) {
        self.lease = lease
        self.verdict = verdict
        self.worker = worker
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}
