import JobModel
import JobStore

final class SettleOperation: Operation {
    private let settlements: [Settlement]
    private let completion: StoreCompletion<[SettlementOutcome]>
    private var outcomes: [SettlementOutcome] = []
    private var taken: [Taken] = []
    /// What goes back to a place at hand.
    private var returning: [StoredJob] = []

    /// A lease that was the current one, and what becomes of it.
    private struct Taken {
        let index: Int
        let entry: Leases.Entry
        let resolution: Resolution
    }

    init(_ settlements: [Settlement], completion: @escaping StoreCompletion<[SettlementOutcome]>) {
        self.settlements = settlements
        self.completion = completion
    }

    func write(to ledger: Ledger) throws(SQLiteFailure) {
        returning.removeAll(keepingCapacity: true)
        ledger.memory.withLock { take(&$0) }
        // In the order of ids, neighbours can be deleted together and the tables grow at their end.
        taken.sort { $0.entry.job.id < $1.entry.job.id }
        try leave(.ready, ledger)
        try leave(.backlog, ledger)
        for item in taken { try write(item, ledger) }
    }

    private func take(_ memory: inout StoreMemory) {
        taken.removeAll(keepingCapacity: true)
        taken.reserveCapacity(settlements.count)
        outcomes = [SettlementOutcome](repeating: .stale, count: settlements.count)
        for index in settlements.indices {
            guard let entry = memory.leases.begin(settlements[index].lease) else { continue }
            let resolution = Resolution(settlements[index].verdict, cancelled: entry.cancelledAt != nil)
            outcomes[index] = .settled(resolution.state)
            taken.append(Taken(index: index, entry: entry, resolution: resolution))
        }
    }

    /// Deletes the rows of the jobs that leave a table, runs of neighbours at once.
    private func leave(_ shelf: Shelf, _ ledger: Ledger) throws(SQLiteFailure) {
        var run: (first: Int64, last: Int64)?
        for item in taken where item.entry.job.shelf == shelf && item.resolution.state != .queued {
            let id = item.entry.job.id.rawValue
            if let current = run, current.last + 1 == id {
                run = (current.first, id)
                continue
            }
            if let run { try ledger.rows.delete(JobID(run.first), through: JobID(run.last), from: shelf) }
            run = (id, id)
        }
        if let run { try ledger.rows.delete(JobID(run.first), through: JobID(run.last), from: shelf) }
    }

    private func write(_ item: Taken, _ ledger: Ledger) throws(SQLiteFailure) {
        let settlement = settlements[item.index]
        let entry = item.entry
        var job = entry.job
        if let failure = settlement.verdict.failure {
            let attempt = AttemptRecord(
                attempt: job.nextAttempt, worker: settlement.worker, startedAt: settlement.startedAt,
                endedAt: settlement.endedAt, failure: failure)
            try ledger.finished.insert(attempt, of: job.id)
        }
        switch item.resolution {
        case .finished(let state, let result, let failure):
            if entry.cancelledAt != nil { try ledger.forgetWish(job.id) }
            let ending = Ending(
                state: state, attempt: job.nextAttempt, startedAt: settlement.startedAt,
                finishedAt: settlement.endedAt, worker: settlement.worker, result: result, failure: failure)
            try ledger.finish(StoredJob(job: job, lane: entry.lane), ending)
        case .pending(let until, let reason, let usesAttempt):
            if usesAttempt { job.used += 1 }
            try ledger.rows.insertPending(job, lane: entry.lane, until: until, reason: reason)
        case .queued:
            job.crashes += 1
            if let back = try ledger.giveBack(job, to: entry.lane, changed: true) { returning.append(back) }
        }
    }

    func commit(to memory: inout StoreMemory, _ notices: inout Notices) {
        for item in taken {
            memory.leases.end(item.entry.job.id)
            memory.tally.move(from: .processing, to: item.resolution.state, of: item.entry.lane.queue)
            if case .pending(let until, _, _) = item.resolution { notices.becameDue(until) }
        }
        for back in returning {
            memory.ready.insert(back.job, into: back.lane)
            notices.jobsCame = true
        }
    }

    func rollBack(_ memory: inout StoreMemory) {
        for item in taken { memory.leases.resume(item.entry.job.id) }
    }

    func answer(_ error: StoreError?) {
        completion(error.map { .failure($0) } ?? .success(outcomes))
    }
}
