import JobModel

/// The durable queue, in batches.
///
/// **Threads.** Every verb may be called from any thread and returns at once. A completion is called exactly once, on a
/// thread of the store: it may only hand its result over, never block or call back into the store with work of its own.
/// What arrives while a commit runs shares the next one (group commit); a completion that brings success means
/// that the change is as durable as the store's configuration promises.
///
/// **Leases.** A claim gives leases, kept by the store; a settlement whose lease is not the current one is
/// answered ``SettlementOutcome/stale`` and changes nothing. Leases end with the store's owner: on start every
/// unfinished job is queued again, and one that was being cancelled is cancelled.
///
/// **Order.** What is handed in takes effect in the order in which it was handed in; only `claim` does not queue up.
package protocol JobStore: AnyObject, Sendable {
    /// Sets the one receiver of signals; to be called once, before the first verb.
    func observe(_ receive: @escaping @Sendable (StoreSignal) -> Void)

    /// Adds the jobs, all or none. A key that is known, also from earlier in the same batch, gives the job that has it
    /// as long as the store remembers that job. A job whose `runAt` is later than its `enqueuedAt` is pending.
    func enqueue(_ jobs: [NewJob], completion: @escaping StoreCompletion<[EnqueueReceipt]>)

    /// Leases up to `limit` jobs that are at hand, the first of `queues` first, in each by priority and then by age.
    ///
    /// Never waits: when it gave less than `limit` and more comes to hand later, of whatever queue, the store signals
    /// ``StoreSignal/ready``, once for all claims that fell short before.
    func claim(from queues: [String], limit: Int) -> [ClaimedJob]

    /// Asks for ``StoreSignal/ready`` like a claim that fell short, for an owner with nobody yet to claim for.
    func expectJobs()

    /// Ends leases with what became of the attempts; the outcomes are in the order of the settlements.
    ///
    /// On an error nothing has changed and the leases stand: the caller settles again later.
    func settle(_ settlements: [Settlement], completion: @escaping StoreCompletion<[SettlementOutcome]>)

    /// Gives back what was interrupted by no fault of its own: queued again at its old place, no attempt used.
    /// Stale leases are passed over. A lease that is being cancelled ends the job as `cancelled`, durably, with the
    /// time of the wish as its end.
    func release(_ leases: [Lease])

    /// Cancels a job that waits, or marks the lease of one that runs; either is durable.
    func cancel(_ id: JobID, at now: Timestamp, completion: @escaping StoreCompletion<CancelOutcome>)

    /// Queues the pending jobs that are due at `now`; gives the next due time.
    func promoteDue(at now: Timestamp, completion: @escaping StoreCompletion<Timestamp?>)

    /// The job, wherever it stands; `nil` when the store does not know it (any more).
    func find(_ id: JobID) async throws(StoreError) -> JobRecord?

    /// The jobs that match, newest first, without payloads' contents, results and attempts.
    func list(_ filter: JobFilter) async throws(StoreError) -> [JobRecord]

    /// The counts of every queue that has ever held a job, from memory.
    func counts() -> [QueueCounts]

    /// Drops finished jobs older than `history` and results older than `results`; gives how many jobs went.
    /// Works in small steps that other verbs may pass between.
    func prune(history: Timestamp, results: Timestamp) async throws(StoreError) -> Int

    /// Finishes what was handed in, then refuses all further verbs with ``StoreError/closed``. Blocks until done.
    func close()
}

package typealias StoreCompletion<Value> = @Sendable (Result<Value, StoreError>) -> Void

/// What a store tells its owner without being asked.
package enum StoreSignal: Sendable {
    /// Jobs came to hand in a store that had been asked for more than it had.
    case ready
    /// A pending job is due earlier than any the owner knew of.
    case due(Timestamp)
    /// Writing failed, or works again (`nil`).
    case trouble(StoreError?)
}

/// What became of one settlement.
package enum SettlementOutcome: Hashable, Sendable {
    /// The job is now in this state.
    case settled(JobState)
    /// The lease was not the current one; nothing changed.
    case stale
}

/// What became of a wish to cancel.
package enum CancelOutcome: Hashable, Sendable {
    case cancelled
    /// It runs under this lease, which is marked: its next settlement ends the job as cancelled.
    case running(Lease)
    case alreadyFinished(JobState)
    case unknown
}

extension JobStore {
    package func enqueue(_ jobs: [NewJob]) async throws(StoreError) -> [EnqueueReceipt] {
        try await answer { enqueue(jobs, completion: $0) }
    }

    package func settle(_ settlements: [Settlement]) async throws(StoreError) -> [SettlementOutcome] {
        try await answer { settle(settlements, completion: $0) }
    }

    package func cancel(_ id: JobID, at now: Timestamp) async throws(StoreError) -> CancelOutcome {
        try await answer { cancel(id, at: now, completion: $0) }
    }

    package func promoteDue(at now: Timestamp) async throws(StoreError) -> Timestamp? {
        try await answer { promoteDue(at: now, completion: $0) }
    }

    private func answer<Value: Sendable>(
        _ verb: (@escaping StoreCompletion<Value>) -> Void
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            verb { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}
