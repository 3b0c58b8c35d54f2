import JobModel
import JobStore

final class EnqueueOperation: Operation {
    private let jobs: [NewJob]
    private let completion: StoreCompletion<[EnqueueReceipt]>
    private var placed: [Placed] = []
    private var receipts: [EnqueueReceipt] = []

    /// A new job and where it goes.
    private struct Placed {
        var job: ReadyJob
        let lane: LaneNumber
        /// `nil` for at once.
        let runAt: Timestamp?
    }

    init(_ jobs: [NewJob], completion: @escaping StoreCompletion<[EnqueueReceipt]>) {
        self.jobs = jobs
        self.completion = completion
    }

    func write(to ledger: Ledger) throws(SQLiteFailure) {
        placed.removeAll(keepingCapacity: true)
        receipts.removeAll(keepingCapacity: true)
        placed.reserveCapacity(jobs.count)
        receipts.reserveCapacity(jobs.count)
        let ids = try giveIDs(ledger)
        ledger.memory.withLock { place(ids, ledger, &$0) }
        for item in placed {
            if let runAt = item.runAt {
                try ledger.rows.insertPending(item.job, lane: item.lane, until: runAt, reason: .delayed)
            } else {
                try ledger.rows.insert(item.job, lane: item.lane)
            }
        }
    }

    /// Gives each job an id and a receipt; `nil` stands for a job whose key is known.
    private func giveIDs(_ ledger: Ledger) throws(SQLiteFailure) -> [JobID?] {
        var ids: [JobID?] = []
        ids.reserveCapacity(jobs.count)
        // What the keys of this batch were given: rows of it are not there yet to be asked.
        var states: [JobID: JobState] = [:]
        for job in jobs {
            let state: JobState = Self.waits(job) ? .pending : .queued
            if let key = job.key, let known = try ledger.keys.job(of: key) {
                let current = if let new = states[known] { new } else { try ledger.state(of: known) }
                receipts.append(EnqueueReceipt(id: known, state: current, existed: true))
                ids.append(nil)
                continue
            }
            let id = ledger.nextID()
            if let key = job.key {
                try ledger.keys.insert(key, of: id)
                states[id] = state
            }
            receipts.append(EnqueueReceipt(id: id, state: state, existed: false))
            ids.append(id)
        }
        return ids
    }

    private static func waits(_ job: NewJob) -> Bool {
        job.runAt.map { $0 > job.enqueuedAt } ?? false
    }

    private func place(_ ids: [JobID?], _ ledger: Ledger, _ memory: inout StoreMemory) {
        var name = ""
        var queue = -1
        for (job, id) in zip(jobs, ids) {
            guard let id else { continue }
            if queue < 0 || name != job.queue {
                name = job.queue
                queue = memory.names.intern(name)
            }
            let lane = LaneNumber(queue: queue, priority: job.priority)
            var ready = ReadyJob(job, id: id)
            let runAt = Self.waits(job) ? job.runAt : nil
            if runAt == nil { ledger.admit(&ready, to: lane, in: &memory) }
            placed.append(Placed(job: ready, lane: lane, runAt: runAt))
        }
    }

    func commit(to memory: inout StoreMemory, _ notices: inout Notices) {
        for item in placed {
            if let runAt = item.runAt {
                memory.tally.add(1, to: .pending, of: item.lane.queue)
                notices.becameDue(runAt)
            } else {
                memory.tally.add(1, to: .queued, of: item.lane.queue)
                if !item.job.isSpilled {
                    memory.ready.insert(item.job, into: item.lane)
                    notices.jobsCame = true
                }
            }
        }
    }

    // Promised room and what was counted as away is restored with the lanes.
    func rollBack(_ memory: inout StoreMemory) {}

    func answer(_ error: StoreError?) {
        completion(error.map { .failure($0) } ?? .success(receipts))
    }
}
