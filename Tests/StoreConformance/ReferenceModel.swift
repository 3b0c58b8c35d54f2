import JobModel
import JobStore

/// What a store should do, written as plainly as possible: a table of jobs that is searched and sorted each time.
///
/// Once a job is there, its state changes by ``JobState/next(after:)`` alone: a store that makes a move which is not in
/// the table of transitions differs from this model, and one that the table forgot stands in ``outsideTheTable``.
struct ReferenceModel {
    struct Job {
        var state: JobState
        let queue: String
        let priority: Priority
        var used = 0
        var crashes = 0
        var runAt: Timestamp?
        var lease: Lease?
        var cancelled = false
        let key: String?
        let requestID: String?
    }

    private(set) var jobs: [JobID: Job] = [:]
    /// The first event that came to a job whose state knows no such event.
    private(set) var outsideTheTable: String?

    private mutating func move(_ id: JobID, _ event: JobEvent) {
        guard let state = jobs[id]?.state else { return }
        guard let next = state.next(after: event) else {
            outsideTheTable = outsideTheTable ?? "job \(id) is \(state), and there is no \(event) from there"
            return
        }
        jobs[id]?.state = next
    }

    mutating func enqueued(_ new: NewJob, _ receipt: EnqueueReceipt) -> String? {
        if let key = new.key, let known = jobs.first(where: { $0.value.key == key }) {
            let expected = EnqueueReceipt(id: known.key, state: known.value.state, existed: true)
            return expected == receipt ? nil : "key \(key): \(receipt) instead of \(expected)"
        }
        if receipt.existed || jobs[receipt.id] != nil { return "\(receipt) for a new job" }
        if let newest = jobs.keys.max(), receipt.id < newest { return "id \(receipt.id) after \(newest)" }
        let waits = new.runAt.map { $0 > new.enqueuedAt } ?? false
        let state: JobState = waits ? .pending : .queued
        jobs[receipt.id] = Job(
            state: state, queue: new.queue, priority: new.priority, runAt: waits ? new.runAt : nil, key: new.key,
            requestID: new.requestID)
        return receipt.state == state ? nil : "\(receipt) instead of \(state)"
    }

    func nextToClaim(from queues: [String], limit: Int) -> [JobID] {
        let waiting = queues.flatMap { queue in
            jobs.filter { $0.value.state == .queued && $0.value.queue == queue }
                .sorted { ($0.value.priority, $0.key) < ($1.value.priority, $1.key) }.map(\.key)
        }
        return Array(waiting.prefix(limit))
    }

    mutating func claimed(_ claimed: [ClaimedJob]) -> String? {
        for job in claimed {
            guard let known = jobs[job.id] else { return "claimed unknown \(job.id)" }
            if job.attempt != known.used + 1 || job.crashes != known.crashes { return "attempt of \(job.id)" }
            if job.requestID != known.requestID { return "request id of \(job.id)" }
            move(job.id, .claim)
            jobs[job.id]?.lease = job.lease
        }
        return nil
    }

    mutating func settle(_ settlement: Settlement) -> SettlementOutcome {
        let id = settlement.lease.job
        guard let job = jobs[id], job.lease == settlement.lease else { return .stale }
        jobs[id]?.lease = nil
        switch settlement.verdict {
        case _ where job.cancelled: move(id, .confirmCancel)
        case .complete: move(id, .complete)
        case .postpone(let until, _, let usesAttempt, _):
            move(id, usesAttempt ? .retry : .snooze)
            jobs[id]?.runAt = until
            jobs[id]?.used += usesAttempt ? 1 : 0
        case .requeue:
            move(id, .interrupt)
            jobs[id]?.crashes += 1
        case .finish(.timeout, _): move(id, .timeOut)
        case .finish: move(id, .fail)
        }
        return .settled(jobs[id]?.state ?? job.state)
    }

    mutating func release(_ lease: Lease) {
        guard let job = jobs[lease.job], job.lease == lease else { return }
        giveBack(lease.job, job)
    }

    private mutating func giveBack(_ id: JobID, _ job: Job) {
        jobs[id]?.lease = nil
        move(id, job.cancelled ? .confirmCancel : .interrupt)
    }

    mutating func cancel(_ id: JobID) -> CancelOutcome {
        guard let job = jobs[id] else { return .unknown }
        if let lease = job.lease {
            if !job.cancelled { move(id, .cancel) }
            jobs[id]?.cancelled = true
            return .running(lease)
        }
        guard !job.state.isFinished else { return .alreadyFinished(job.state) }
        move(id, .cancel)
        return .cancelled
    }

    mutating func promote(at now: Timestamp) -> Timestamp? {
        for (id, job) in jobs where job.state == .pending {
            guard let runAt = job.runAt, runAt <= now else { continue }
            move(id, .promote)
        }
        return jobs.values.filter { $0.state == .pending }.compactMap(\.runAt).min()
    }

    /// The store was closed and opened again.
    mutating func reopen() {
        for (id, job) in jobs where job.lease != nil { giveBack(id, job) }
    }

    func counts(of queue: String) -> String {
        var counts = QueueCounts(queue: queue)
        for job in jobs.values where job.queue == queue {
            switch job.state {
            case .pending: counts.pending += 1
            case .queued: counts.queued += 1
            case .processing, .cancelling: counts.processing += 1
            default: counts.finished[job.state, default: 0] += 1
            }
        }
        return counts.line
    }
}
