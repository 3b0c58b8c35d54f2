import JobModel
import JobStore

final class SettleOperation: Operation {
    private let settlements: [Settlement]
    private let completion: StoreCompletion<[SettlementOutcome]>
    private var outcomes: [SettlementOutcome] = []
    private var taken: [TakenLease] = []
    /// What goes back to a place at hand.
    private var returning: [StoredJob] = []

    init(_ settlements: [Settlement], completion: @escaping StoreCompletion<[SettlementOutcome]>) {
        self.settlements = settlements
        self.completion = completion
    }

    func write(to ledger: Ledger) throws(SQLiteFailure) {
        returning.removeAll()
        taken = []
        ledger.memory.withLock { take(&$0) }
        // A local constant: each access to a property of a class is checked at run time.
        let taken = taken
        try leave(.ready, taken, ledger)
        try leave(.backlog, taken, ledger)
        var next = 0
        while next < taken.count {
            let end = next + BlockInsert.rows
            if end <= taken.count, TakenLease.completeAlike(taken[next..<end], settlements) {
                try ledger.complete(taken[next..<end], settlements)
                next = end
            } else {
                try write(taken[next], ledger)
                next += 1
            }
        }
    }

    private func take(_ memory: inout StoreMemory) {
        var outcomes = [SettlementOutcome](repeating: .stale, count: settlements.count)
        var taken: [TakenLease] = []
        taken.reserveCapacity(settlements.count)
        var isAscending = true
        for index in settlements.indices {
            guard let entry = memory.leases.begin(settlements[index].lease) else { continue }
            let state = settlements[index].verdict.state(cancelled: entry.cancelledAt != nil)
            outcomes[index] = .settled(state)
            if let last = taken.last, last.entry.job.id > entry.job.id { isAscending = false }
            taken.append(TakenLease(index: index, entry: entry, state: state))
        }
        // In the order of ids, neighbours can be deleted together and the tables grow at their end.
        if !isAscending { taken.sort { $0.entry.job.id < $1.entry.job.id } }
        self.taken = taken
        self.outcomes = outcomes
    }

    /// Deletes the rows of the jobs that leave a table, runs of neighbours at once.
    private func leave(_ shelf: Shelf, _ taken: [TakenLease], _ ledger: Ledger) throws(SQLiteFailure) {
        var run: ClosedRange<Int64>?
        for index in taken.indices where taken[index].entry.job.shelf == shelf && taken[index].state != .queued {
            let id = taken[index].entry.job.id.rawValue
            if let current = run, current.upperBound + 1 == id {
                run = current.lowerBound...id
            } else {
                if let run { try ledger.rows.delete(run, from: shelf) }
                run = id...id
            }
        }
        if let run { try ledger.rows.delete(run, from: shelf) }
    }

    private func write(_ item: TakenLease, _ ledger: Ledger) throws(SQLiteFailure) {
        let settlement = settlements[item.index]
        if item.state == .completed, case .complete(let result) = settlement.verdict {
            try ledger.complete(item.entry.job, lane: item.entry.lane, settlement, result: result)
            return
        }
        if let failure = settlement.verdict.failure {
            let attempt = AttemptRecord(
                attempt: item.entry.job.nextAttempt, worker: settlement.worker, startedAt: settlement.startedAt,
                endedAt: settlement.endedAt, failure: failure)
            try ledger.finished.insert(attempt, of: item.entry.job.id)
        }
        try resolve(item.entry, settlement, ledger)
    }

    private func resolve(_ entry: Leases.Entry, _ settlement: Settlement, _ ledger: Ledger) throws(SQLiteFailure) {
        var job = entry.job
        switch Resolution(settlement.verdict, cancelled: entry.cancelledAt != nil) {
        case .finished(let state, _, let failure):
            if entry.cancelledAt != nil { try ledger.forgetWish(job.id) }
            let ending = Ending(
                state: state, attempt: job.nextAttempt, startedAt: settlement.startedAt,
                finishedAt: settlement.endedAt, worker: settlement.worker, failure: failure)
            try ledger.end(StoredJob(job: job, lane: entry.lane), ending)
        case .pending(let until, let reason, let usesAttempt):
            if usesAttempt { job.used += 1 }
            try ledger.rows.insertPending(job, lane: entry.lane, until: until, reason: reason)
        case .queued:
            job.crashes += 1
            if let back = try ledger.giveBack(job, to: entry.lane, changed: true) { returning.append(back) }
        }
    }

    func commit(to memory: inout StoreMemory, _ notices: inout Notices) {
        var tally = TallyRun()
        let taken = taken
        for index in taken.indices {
            memory.leases.end(taken[index].entry.job.id)
            tally.add(taken[index].state, of: taken[index].entry.lane.queue, to: &memory.tally)
            if taken[index].state == .pending, case .postpone(let until, _, _, _) = verdict(of: taken[index]) {
                notices.becameDue(until)
            }
        }
        tally.flush(to: &memory.tally)
        for back in returning {
            memory.ready.insert(back.job, into: back.lane)
            notices.jobsCame = true
        }
    }

    private func verdict(of item: TakenLease) -> Verdict { settlements[item.index].verdict }

    func rollBack(_ memory: inout StoreMemory) {
        for item in taken { memory.leases.resume(item.entry.job.id) }
    }

    func answer(_ error: StoreError?) {
        completion(error.map { .failure($0) } ?? .success(outcomes))
    }
}

/// A lease that was the current one when it was settled, and what becomes of its job.
struct TakenLease {
    /// Its settlement's place in the request.
    let index: Int
    let entry: Leases.Entry
    let state: JobState

    /// Whether all the jobs completed without a result, and differ only in what each row of a block has of its own.
    fileprivate static func completeAlike(_ taken: ArraySlice<TakenLease>, _ settlements: [Settlement]) -> Bool {
        let first = taken[taken.startIndex]
        let worker = settlements[first.index].worker
        for index in taken.indices {
            guard taken[index].state == .completed, taken[index].entry.lane == first.entry.lane,
                taken[index].entry.job.type == first.entry.job.type,
                taken[index].entry.job.maxAttempts == first.entry.job.maxAttempts,
                taken[index].entry.job.timeoutMilliseconds == first.entry.job.timeoutMilliseconds,
                taken[index].entry.job.crashes == first.entry.job.crashes,
                taken[index].entry.job.used == first.entry.job.used,
                taken[index].entry.job.requestID == first.entry.job.requestID,
                settlements[taken[index].index].worker == worker,
                case .complete(let result) = settlements[taken[index].index].verdict, result.isEmpty
            else { return false }
        }
        return true
    }
}

/// Counts settled jobs of the same kind together before they go into the tally.
private struct TallyRun {
    private var state = JobState.completed
    private var queue = 0
    private var count = 0

    mutating func add(_ state: JobState, of queue: Int, to tally: inout QueueTally) {
        if state != self.state || queue != self.queue {
            flush(to: &tally)
            self.state = state
            self.queue = queue
        }
        count += 1
    }

    mutating func flush(to tally: inout QueueTally) {
        guard count > 0 else { return }
        tally.add(-count, to: .processing, of: queue)
        tally.add(count, to: state, of: queue)
        count = 0
    }
}
