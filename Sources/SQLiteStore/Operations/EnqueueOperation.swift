import JobModel
import JobStore

final class EnqueueOperation: Operation {
    private let jobs: [NewJob]
    private let completion: StoreCompletion<[EnqueueReceipt]>
    private var receipts: [EnqueueReceipt] = []
    /// The jobs that are new, and where they go.
    private var new: [ReadyJob] = []
    private var runs: [Run] = []

    /// Neighbours in a batch that go the same way, as mostly all of it does.
    private struct Run {
        let lane: LaneNumber
        /// `nil` for at once.
        let runAt: Timestamp?
        let isSpilled: Bool
        let jobs: Range<Int>

        func continues(_ run: Run) -> Bool {
            lane == run.lane && runAt == run.runAt && isSpilled == run.isSpilled
        }
    }

    init(_ jobs: [NewJob], completion: @escaping StoreCompletion<[EnqueueReceipt]>) {
        self.jobs = jobs
        self.completion = completion
    }

    // The loops below work on local variables: each access to a property of a class is checked at run time.

    func write(to ledger: Ledger) throws(SQLiteFailure) {
        let ids = try giveIDs(ledger)
        ledger.memory.withLock { place(ids, ledger, &$0) }
        let (new, rows) = (new, ledger.rows)
        for run in runs {
            guard let runAt = run.runAt else {
                try rows.insert(new[run.jobs], lane: run.lane)
                continue
            }
            for index in run.jobs {
                try rows.insertPending(new[index], lane: run.lane, until: runAt, reason: .delayed)
            }
        }
    }

    /// Gives each job an id and a receipt; `nil` stands for a job whose key is known.
    private func giveIDs(_ ledger: Ledger) throws(SQLiteFailure) -> [JobID?] {
        var ids: [JobID?] = []
        var receipts: [EnqueueReceipt] = []
        ids.reserveCapacity(jobs.count)
        receipts.reserveCapacity(jobs.count)
        // What the keys of this batch were given: rows of it are not there yet to be asked.
        var states: [JobID: JobState] = [:]
        var lastID = ledger.lastID
        // By index, here and below: a copy of a job is counted in memory that another thread has at hand.
        let jobs = jobs
        for index in jobs.indices {
            let state: JobState = jobs[index].waits ? .pending : .queued
            let key = jobs[index].key
            if let key, let known = try ledger.keys.job(of: key) {
                let current = if let new = states[known] { new } else { try ledger.state(of: known) }
                receipts.append(EnqueueReceipt(id: known, state: current, existed: true))
                ids.append(nil)
                continue
            }
            lastID += 1
            let id = JobID(lastID)
            if let key {
                try ledger.keys.insert(key, of: id)
                states[id] = state
            }
            receipts.append(EnqueueReceipt(id: id, state: state, existed: false))
            ids.append(id)
        }
        ledger.lastID = lastID
        self.receipts = receipts
        return ids
    }

    private func place(_ ids: [JobID?], _ ledger: Ledger, _ memory: inout StoreMemory) {
        var new: [ReadyJob] = []
        var runs: [Run] = []
        new.reserveCapacity(jobs.count)
        var name = ""
        var queue = -1
        let jobs = jobs
        for index in jobs.indices {
            guard let id = ids[index] else { continue }
            if queue < 0 || name != jobs[index].queue {
                name = jobs[index].queue
                queue = memory.names.intern(name)
            }
            let lane = LaneNumber(queue: queue, priority: jobs[index].priority)
            let runAt = jobs[index].waits ? jobs[index].runAt : nil
            let weight = ReadyJob.weight(ofPayload: jobs[index].payload.count, requestID: jobs[index].requestID)
            let isSpilled = runAt == nil && !ledger.admit(id, weight: weight, to: lane, in: &memory)
            let here = Run(lane: lane, runAt: runAt, isSpilled: isSpilled, jobs: new.count..<(new.count + 1))
            if let run = runs.last, here.continues(run) {
                runs[runs.count - 1] = Run(
                    lane: lane, runAt: runAt, isSpilled: isSpilled, jobs: run.jobs.lowerBound..<here.jobs.upperBound)
            } else {
                runs.append(here)
            }
            new.append(ReadyJob(jobs[index], id: id, isSpilled: isSpilled))
        }
        self.new = new
        self.runs = runs
    }

    func commit(to memory: inout StoreMemory, _ notices: inout Notices) {
        for run in runs {
            memory.tally.add(run.jobs.count, to: run.runAt == nil ? .queued : .pending, of: run.lane.queue)
            if let runAt = run.runAt {
                notices.becameDue(runAt)
            } else if !run.isSpilled {
                memory.ready.insert(new[run.jobs], into: run.lane)
                notices.jobsCame = true
            }
        }
    }

    // Promised room and what was counted as away is restored with the lanes.
    func rollBack(_ memory: inout StoreMemory) {}

    func answer(_ error: StoreError?) {
        completion(error.map { .failure($0) } ?? .success(receipts))
    }
}

extension NewJob {
    /// Whether it may not run at once.
    fileprivate var waits: Bool { runAt.map { $0 > enqueuedAt } ?? false }
}
