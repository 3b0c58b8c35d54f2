import JobModel
import JobStore

final class CancelOperation: Operation {
    private let id: JobID
    private let now: Timestamp
    private let completion: StoreCompletion<CancelOutcome>
    private var plan = Plan.answered(.unknown)
    private var turns = 0

    private enum Plan: Sendable {
        case answered(CancelOutcome)
        /// The lease is marked, and was not before.
        case marked(Lease)
        /// It waited in a lane, or was away.
        case waiting(StoredJob, atHand: Bool)
        case pending(StoredJob)
        /// Its row is there, but memory has not caught up: it comes with an operation of this same transaction.
        case tooEarly
    }

    init(_ id: JobID, at now: Timestamp, completion: @escaping StoreCompletion<CancelOutcome>) {
        self.id = id
        self.now = now
        self.completion = completion
    }

    func write(to ledger: Ledger) throws(SQLiteFailure) {
        turns += 1
        plan = .answered(.unknown)
        guard let (row, shelf) = try ledger.rows.find(id) else {
            if let state = try ledger.finished.state(of: id) { plan = .answered(.alreadyFinished(state)) }
            return
        }
        plan = shelf == .pending ? .pending(row) : ledger.memory.withLock { take(row, shelf, ledger, &$0) }
        switch plan {
        case .answered, .tooEarly: break
        case .marked: try ledger.wish(id, at: now)
        case .waiting, .pending:
            try ledger.rows.delete(id, from: shelf)
            let ending = try ledger.finished.ending(of: id, as: .cancelled, at: now, failure: .cancelled)
            try ledger.end(row, ending)
        }
    }

    private func take(_ row: StoredJob, _ shelf: Shelf, _ ledger: Ledger, _ memory: inout StoreMemory) -> Plan {
        let before = memory.leases[id]
        if let lease = memory.leases.cancel(id, at: now) {
            return before?.cancelledAt == nil ? .marked(lease) : .answered(.running(lease))
        }
        if let job = memory.ready.withLane(row.lane, { $0.remove(id) }) {
            return .waiting(StoredJob(job: job, lane: row.lane), atHand: true)
        }
        ledger.touch(row.lane, in: &memory)
        let isAway = shelf == .backlog && before == nil && memory.ready.withLane(row.lane) { $0.isBeyond(id) }
        // In a transaction of its own there is nothing left to wait for.
        guard isAway || turns > 1 else { return .tooEarly }
        if isAway { memory.ready.withLane(row.lane) { $0.forgetAway() } }
        return .waiting(row, atHand: false)
    }

    func commit(to memory: inout StoreMemory, _ notices: inout Notices) {
        switch plan {
        case .answered, .marked, .tooEarly: break
        case .waiting(let row, _): memory.tally.move(from: .queued, to: .cancelled, of: row.lane.queue)
        case .pending(let row): memory.tally.move(from: .pending, to: .cancelled, of: row.lane.queue)
        }
    }

    func rollBack(_ memory: inout StoreMemory) {
        switch plan {
        case .marked: memory.leases.withdrawCancel(id)
        case .waiting(let row, atHand: true): memory.ready.insert(row.job, into: row.lane)
        case .answered, .waiting, .pending, .tooEarly: break
        }
    }

    func answer(_ error: StoreError?) {
        if let error {
            completion(.failure(error))
            return
        }
        switch plan {
        case .answered(let outcome): completion(.success(outcome))
        case .marked(let lease): completion(.success(.running(lease)))
        case .waiting, .pending: completion(.success(.cancelled))
        case .tooEarly: completion(.success(.unknown))
        }
    }

    func turn(after error: StoreError?) -> Turn {
        if error == nil, case .tooEarly = plan { return .next }
        return .done
    }
}
