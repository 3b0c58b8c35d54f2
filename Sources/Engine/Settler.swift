import JobModel
import JobStore
import NIOCore

/// One attempt that ended, with what was said about it.
struct AttemptEnd: Sendable {
    let job: InFlightJob
    let report: AttemptReport
    let startedAt: Timestamp
}

/// Hands the ends of attempts to the store, and tells everybody whom they concern.
///
/// Lives on the engine's event loop. What the store cannot write now (a full disk) is kept and handed in again: the
/// leases stand meanwhile, and should the daemon end first, the jobs run again.
final class Settler {
    private struct Batch: Sendable {
        let settlements: [Settlement]
        let ends: [AttemptEnd]
        let worker: String
        let link: NIOLoopBound<WorkerLink>?
    }

    /// How long after a failed write the settlements are handed in again, should the store not say earlier that it works.
    private static let retryDelay: TimeAmount = .seconds(1)

    private let store: any JobStore
    private let loop: any EventLoop
    private let time: TimeSource
    private let rule: SettlementRule
    private let emit: @Sendable (EngineEvent) -> Void
    private var random: any RandomNumberGenerator
    private var unsettled: [Batch] = []
    private var inCommit = 0
    private var retry: Scheduled<Void>?
    /// Called when nothing is left to settle.
    var onQuiet: () -> Void = {}
    let waiters = FinishWaiters()

    init(
        store: any JobStore, loop: any EventLoop, time: TimeSource, intake: SharedIntake,
        random: any RandomNumberGenerator, emit: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.store = store
        self.loop = loop
        self.time = time
        rule = SettlementRule { intake.value.policy(of: $0) }
        self.random = random
        self.emit = emit
    }

    var isQuiet: Bool { inCommit == 0 && unsettled.isEmpty }

    /// Settles attempts of one worker; `link` gets the confirmation when they are on disk.
    func settle(_ ends: [AttemptEnd], worker: String, link: WorkerLink?) {
        guard !ends.isEmpty else { return }
        let now = time.now()
        var settlements: [Settlement] = []
        settlements.reserveCapacity(ends.count)
        for end in ends {
            let verdict = rule.verdict(on: end.report, of: end.job, at: now, using: &random)
            settlements.append(
                Settlement(
                    lease: end.job.lease, verdict: verdict, worker: worker, startedAt: end.startedAt, endedAt: now))
        }
        let bound = link.map { NIOLoopBound($0, eventLoop: loop) }
        submit(Batch(settlements: settlements, ends: ends, worker: worker, link: bound))
    }

    /// Hands in again what could not be written.
    func retryUnsettled() {
        retry?.cancel()
        retry = nil
        let batches = unsettled
        unsettled = []
        for batch in batches { submit(batch) }
    }

    private func submit(_ batch: Batch) {
        inCommit += 1
        let loop = loop
        let me = NIOLoopBound(self, eventLoop: loop)
        store.settle(batch.settlements) { result in
            loop.execute { me.value.committed(batch, result) }
        }
    }

    private func committed(_ batch: Batch, _ result: Result<[SettlementOutcome], StoreError>) {
        inCommit -= 1
        switch result {
        case .success(let outcomes): announce(batch, outcomes)
        case .failure(.closed): break
        case .failure:
            unsettled.append(batch)
            if retry == nil {
                retry = loop.assumeIsolated().scheduleTask(in: Self.retryDelay) { self.retryUnsettled() }
            }
        }
        if isQuiet { onQuiet() }
    }

    private func announce(_ batch: Batch, _ outcomes: [SettlementOutcome]) {
        var stale: [Lease] = []
        for (index, outcome) in outcomes.enumerated() {
            let settlement = batch.settlements[index]
            switch outcome {
            case .stale:
                stale.append(settlement.lease)
                emit(.settlementStale(EngineEvent.Job(batch.ends[index].job), worker: batch.worker))
            case .settled(let state):
                if state.isFinished { waiters.finished(settlement.lease.job) }
                if state != .completed { tell(of: settlement, job: batch.ends[index].job, state: state) }
            }
        }
        batch.link?.value.confirm(accepted: outcomes.count - stale.count, stale: stale)
    }

    private func tell(of settlement: Settlement, job: InFlightJob, state: JobState) {
        let named = EngineEvent.Job(job)
        switch settlement.verdict {
        case .complete:
            emit(.jobEnded(named, worker: settlement.worker, state, .cancelled))
        case .requeue(let failure) where state == .queued:
            emit(.jobRequeued(named, worker: settlement.worker, failure))
        case .postpone(let until, _, _, let failure) where state == .pending:
            emit(.jobRetried(named, worker: settlement.worker, failure, at: until))
        case .finish(_, let failure), .requeue(let failure), .postpone(_, _, _, let failure):
            emit(.jobEnded(named, worker: settlement.worker, state, state == .cancelled ? .cancelled : failure))
        }
    }
}
