import HeapModule
import JobModel

/// All that a ``MemoryStore`` knows, and what each verb does to it. No threads, no clock.
struct MemoryState {
    struct Job {
        var record: JobRecord
        /// Attempts that are used up.
        var used: Int
        let lane: LaneNumber
    }

    /// A due time; left behind when the job moved on by another way.
    struct Due: Comparable {
        let at: Timestamp
        let id: JobID

        static func < (left: Due, right: Due) -> Bool {
            left.at == right.at ? left.id < right.id : left.at < right.at
        }
    }

    var names = QueueNames()
    var ready = ReadyQueue()
    // One run only: nothing outlives it that could hold an older lease.
    var leases = Leases(epoch: 1)
    var tally = QueueTally()
    var attention = Attention()
    var jobs: [JobID: Job] = [:]
    var keys: [String: JobID] = [:]
    var due = Heap<Due>()
    var lastID: Int64 = 0
    var poolSettings: [String: String] = [:]
    var poolHistory: [String: [PoolHistoryEntry]] = [:]
    /// What the owner is to be told after the verb.
    var signals: [StoreSignal] = []

    mutating func takeSignals() -> [StoreSignal] {
        defer { signals.removeAll() }
        return signals
    }

    mutating func enqueue(_ new: [NewJob]) -> [EnqueueReceipt] {
        new.map { job in
            if let key = job.key, let known = keys[key], let existing = jobs[known] {
                return EnqueueReceipt(id: known, state: existing.record.state, existed: true)
            }
            return add(job)
        }
    }

    private mutating func add(_ job: NewJob) -> EnqueueReceipt {
        lastID += 1
        let id = JobID(lastID)
        let lane = LaneNumber(queue: names.intern(job.queue), priority: job.priority)
        let record = JobRecord(
            id: id, type: job.type, queue: job.queue, state: .queued, priority: job.priority, payload: job.payload,
            attempt: 0, maxAttempts: job.maxAttempts, crashes: 0, timeoutMilliseconds: job.timeoutMilliseconds,
            enqueuedAt: job.enqueuedAt, key: job.key, requestID: job.requestID)
        jobs[id] = Job(record: record, used: 0, lane: lane)
        if let key = job.key { keys[key] = id }
        if let runAt = job.runAt, runAt > job.enqueuedAt {
            tally.add(1, to: .pending, of: lane.queue)
            postpone(id, until: runAt, reason: .delayed)
            return EnqueueReceipt(id: id, state: .pending, existed: false)
        }
        tally.add(1, to: .queued, of: lane.queue)
        putInLine(id)
        return EnqueueReceipt(id: id, state: .queued, existed: false)
    }

    mutating func claim(from queues: [String], limit: Int) -> [ClaimedJob] {
        var claimed: [ClaimedJob] = []
        for name in queues where claimed.count < limit {
            guard let queue = names.number(of: name) else { continue }
            while claimed.count < limit, case .job(let job, let lane) = ready.takeNext(from: queue) {
                let lease = leases.grant(job, lane: lane)
                jobs[job.id]?.record.state = .processing
                tally.move(from: .queued, to: .processing, of: queue)
                claimed.append(ClaimedJob(job, lease: lease, queue: name, priority: lane.priority))
            }
        }
        if claimed.count < limit { attention.expectJobs() }
        return claimed
    }

    mutating func settle(_ settlements: [Settlement]) -> [SettlementOutcome] {
        settlements.map { settlement in
            guard let entry = leases[settlement.lease] else { return .stale }
            leases.end(entry.job.id)
            return .settled(apply(settlement, to: entry))
        }
    }

    private mutating func apply(_ settlement: Settlement, to entry: Leases.Entry) -> JobState {
        let id = entry.job.id
        if let failure = settlement.verdict.failure {
            let attempt = AttemptRecord(
                attempt: entry.job.nextAttempt, worker: settlement.worker, startedAt: settlement.startedAt,
                endedAt: settlement.endedAt, failure: failure)
            jobs[id]?.record.note(attempt)
        }
        let resolution = Resolution(settlement.verdict, cancelled: entry.cancelledAt != nil)
        let state = settlement.verdict.state(cancelled: entry.cancelledAt != nil)
        tally.move(from: .processing, to: state, of: entry.lane.queue)
        jobs[id]?.record.attempt = entry.job.nextAttempt
        jobs[id]?.record.startedAt = settlement.startedAt
        jobs[id]?.record.worker = settlement.worker
        switch resolution {
        case .finished(let state, let result, let failure):
            jobs[id]?.record.finish(as: state, at: settlement.endedAt, failure: failure)
            jobs[id]?.record.result = result.isEmpty ? nil : result
        case .pending(let until, let reason, let usesAttempt):
            if usesAttempt { jobs[id]?.used += 1 }
            postpone(id, until: until, reason: reason)
        case .queued:
            jobs[id]?.record.crashes += 1
            putInLine(id)
        }
        return state
    }

    mutating func release(_ given: [Lease]) {
        for lease in given {
            guard let entry = leases[lease] else { continue }
            leases.end(lease.job)
            if let cancelledAt = entry.cancelledAt {
                tally.move(from: .processing, to: .cancelled, of: entry.lane.queue)
                jobs[lease.job]?.record.finish(as: .cancelled, at: cancelledAt, failure: .cancelled)
            } else {
                tally.giveBack(to: entry.lane.queue)
                jobs[lease.job]?.record.state = .queued
                ready.insert(entry.job, into: entry.lane)
                announceReady()
            }
        }
    }

    mutating func cancel(_ id: JobID, at now: Timestamp) -> CancelOutcome {
        guard let job = jobs[id] else { return .unknown }
        let state = job.record.state
        switch state {
        case .cancelled, .completed, .failed, .timeout, .expired: return .alreadyFinished(state)
        case .processing, .cancelling:
            guard let lease = leases.cancel(id, at: now) else { return .unknown }
            jobs[id]?.record.state = .cancelling
            return .running(lease)
        case .queued: _ = ready.withLane(job.lane) { $0.remove(id) }
        case .pending: break
        }
        tally.move(from: state, to: .cancelled, of: job.lane.queue)
        jobs[id]?.record.finish(as: .cancelled, at: now, failure: .cancelled)
        return .cancelled
    }

    mutating func promoteDue(at now: Timestamp) -> Timestamp? {
        while let next = due.min {
            let record = jobs[next.id]?.record
            let stands = record?.state == .pending && record?.runAt == next.at
            if stands && next.at > now { break }
            _ = due.popMin()
            guard stands, let lane = jobs[next.id]?.lane else { continue }
            tally.move(from: .pending, to: .queued, of: lane.queue)
            putInLine(next.id)
        }
        attention.toldDue(due.min?.at)
        return due.min?.at
    }

    private mutating func postpone(_ id: JobID, until: Timestamp, reason: PendingReason) {
        jobs[id]?.record.state = .pending
        jobs[id]?.record.reason = reason
        jobs[id]?.record.runAt = until
        due.insert(Due(at: until, id: id))
        if attention.becameDue(until) { signals.append(.due(until)) }
    }

    private mutating func putInLine(_ id: JobID) {
        guard let job = jobs[id] else { return }
        jobs[id]?.record.state = .queued
        jobs[id]?.record.reason = nil
        jobs[id]?.record.runAt = nil
        ready.insert(ReadyJob(job.record, used: job.used), into: job.lane)
        announceReady()
    }

    private mutating func announceReady() {
        if attention.jobsCame() { signals.append(.ready) }
    }
}
