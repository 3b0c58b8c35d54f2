import JobModel
import JobStore

/// Queues what is due, some hundred jobs at a time, so that others do not wait for a million of them.
final class PromoteOperation: Operation {
    private let now: Timestamp
    private let completion: StoreCompletion<Timestamp?>
    private var promoted: [StoredJob] = []
    private var cut: [(LaneNumber, [ReadyJob])] = []
    private var next: Timestamp?

    private static let step = 500

    init(at now: Timestamp, completion: @escaping StoreCompletion<Timestamp?>) {
        self.now = now
        self.completion = completion
    }

    func write(to ledger: Ledger) throws(SQLiteFailure) {
        promoted = try ledger.rows.due(at: now, limit: Self.step)
        cut = []
        try makeRoom(ledger)
        promoted = ledger.memory.withLock { memory in
            promoted.map { row in
                var job = row.job
                job.isSpilled = !ledger.admit(job.id, weight: job.weight, to: row.lane, in: &memory)
                return StoredJob(job: job, lane: row.lane)
            }
        }
        for row in promoted {
            try ledger.rows.delete(row.job.id, from: .pending)
            try ledger.rows.insert(row.job, lane: row.lane)
        }
        next = try ledger.rows.firstDue()
    }

    /// Jobs that were delayed come back to places before many others; where a lane grew too long by that, its end
    /// goes away to disk.
    private func makeRoom(_ ledger: Ledger) throws(SQLiteFailure) {
        let lanes = Set(promoted.map(\.lane))
        cut = ledger.memory.withLock { memory in
            let window = memory.ready.window
            return lanes.compactMap { number in
                ledger.touch(number, in: &memory)
                let jobs = memory.ready.withLane(number) { $0.overflows(window) ? $0.cut(to: window) : [] }
                return jobs.isEmpty ? nil : (number, jobs)
            }
        }
        for (lane, jobs) in cut {
            // Those that had been away before still have their rows there.
            for var job in jobs where !job.isSpilled {
                try ledger.rows.delete(job.id, from: .ready)
                job.isSpilled = true
                try ledger.rows.insert(job, lane: lane)
            }
        }
    }

    func commit(to memory: inout StoreMemory, _ notices: inout Notices) {
        for row in promoted {
            memory.tally.move(from: .pending, to: .queued, of: row.lane.queue)
            if !row.job.isSpilled {
                memory.ready.insert(row.job, into: row.lane)
                notices.jobsCame = true
            }
        }
        if !hasMore { memory.attention.toldDue(next) }
    }

    func rollBack(_ memory: inout StoreMemory) {
        for (lane, jobs) in cut {
            for job in jobs { memory.ready.insert(job, into: lane) }
        }
    }

    private var hasMore: Bool { next.map { $0 <= now } ?? false }

    func answer(_ error: StoreError?) {
        completion(error.map { .failure($0) } ?? .success(next))
    }

    func turn(after error: StoreError?) -> Turn {
        error == nil && hasMore ? .next : .done
    }
}
