import JobModel
import JobStore

/// What a store should do, written as plainly as possible: a table of jobs that is searched and sorted each time.
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
            jobs[job.id]?.state = .processing
            jobs[job.id]?.lease = job.lease
        }
        return nil
    }

    mutating func settle(_ settlement: Settlement) -> SettlementOutcome {
        let id = settlement.lease.job
        guard var job = jobs[id], job.lease == settlement.lease else { return .stale }
        job.lease = nil
        switch settlement.verdict {
        case _ where job.cancelled: job.state = .cancelled
        case .complete: job.state = .completed
        case .postpone(let until, _, let usesAttempt, _):
            job.state = .pending
            job.runAt = until
            job.used += usesAttempt ? 1 : 0
        case .requeue:
            job.state = .queued
            job.crashes += 1
        case .finish(let state, _): job.state = state
        }
        jobs[id] = job
        return .settled(job.state)
    }

    mutating func release(_ lease: Lease) {
        guard let job = jobs[lease.job], job.lease == lease else { return }
        jobs[lease.job]?.lease = nil
        jobs[lease.job]?.state = job.cancelled ? .cancelled : .queued
    }

    mutating func cancel(_ id: JobID) -> CancelOutcome {
        guard let job = jobs[id] else { return .unknown }
        if let lease = job.lease {
            jobs[id]?.cancelled = true
            jobs[id]?.state = .cancelling
            return .running(lease)
        }
        guard !job.state.isFinished else { return .alreadyFinished(job.state) }
        jobs[id]?.state = .cancelled
        return .cancelled
    }

    mutating func promote(at now: Timestamp) -> Timestamp? {
        for (id, job) in jobs where job.state == .pending {
            guard let runAt = job.runAt, runAt <= now else { continue }
            jobs[id]?.state = .queued
        }
        return jobs.values.filter { $0.state == .pending }.compactMap(\.runAt).min()
    }

    /// The store was closed and opened again.
    mutating func reopen() {
        for (id, job) in jobs where job.lease != nil {
            jobs[id]?.lease = nil
            jobs[id]?.state = job.cancelled ? .cancelled : .queued
        }
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
