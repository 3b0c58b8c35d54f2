/// What can happen to a job.
package enum JobEvent: CaseIterable, Sendable {
    /// Its due time came, its dependency finished, or its limit has room.
    case promote
    /// A worker took it under a lease.
    case claim
    case complete
    /// An attempt failed, or the worker asked for another one later.
    case retry
    /// The worker asked to be given it later, without using an attempt.
    case snooze
    /// The attempt was broken off by no fault of its own (drain, recycle, shutdown), or its worker died.
    case interrupt
    /// Attempts used up, discarded, or quarantined.
    case fail
    /// The last attempt ran out of its time.
    case timeOut
    /// Somebody asked for its end.
    case cancel
    /// The worker of a cancelling job settled it, or died.
    case confirmCancel
    /// It waited longer than it was allowed to.
    case expire
    /// Somebody ran a finished job again.
    case redrive
}

extension JobState {
    /// The one table of transitions: the state after `event`, or `nil` when the event does not apply.
    ///
    /// The architecture's page shows it, and a test holds that page to it. Stores have to move jobs by it: their common
    /// tests take every state they expect from here.
    package func next(after event: JobEvent) -> JobState? {
        Self.transitions[self]?[event]
    }

    package static let transitions: [JobState: [JobEvent: JobState]] = [
        .pending: [
            .promote: .queued, .cancel: .cancelled, .expire: .expired,
            // A dependency that failed fails those who waited for it.
            .fail: .failed,
        ],
        .queued: [
            .claim: .processing, .cancel: .cancelled, .expire: .expired,
            // Over a rate limit: put off before it started.
            .snooze: .pending,
        ],
        .processing: [
            .complete: .completed, .retry: .pending, .snooze: .pending, .interrupt: .queued,
            .fail: .failed, .timeOut: .timeout, .cancel: .cancelling,
        ],
        .cancelling: [.confirmCancel: .cancelled],
        .cancelled: [.redrive: .queued],
        .completed: [:],
        .failed: [.redrive: .queued],
        .timeout: [.redrive: .queued],
        .expired: [.redrive: .queued],
    ]
}
