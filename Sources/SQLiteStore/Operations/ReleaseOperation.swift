import JobModel
import JobStore

/// Gives leases back. Nothing to write, as a rule; it queues up with what is written so that a settlement handed in
/// before is settled before.
final class ReleaseOperation: Operation {
    private let leases: [Lease]
    private var taken: [Leases.Entry] = []
    private var returning: [StoredJob] = []

    init(_ leases: [Lease]) {
        self.leases = leases
    }

    func write(to ledger: Ledger) throws(SQLiteFailure) {
        returning.removeAll(keepingCapacity: true)
        taken = ledger.memory.withLock { memory in leases.compactMap { memory.leases.begin($0) } }
        for entry in taken {
            if let cancelledAt = entry.cancelledAt {
                let job = entry.job
                try ledger.rows.delete(job.id, from: job.shelf)
                try ledger.forgetWish(job.id)
                let ending = try ledger.finished.ending(
                    of: job.id, as: .cancelled, at: cancelledAt, failure: .cancelled)
                try ledger.end(StoredJob(job: job, lane: entry.lane), ending)
            } else if let back = try ledger.giveBack(entry.job, to: entry.lane, changed: false) {
                returning.append(back)
            }
        }
    }

    func commit(to memory: inout StoreMemory, _ notices: inout Notices) {
        for entry in taken {
            memory.leases.end(entry.job.id)
            if entry.cancelledAt == nil {
                memory.tally.giveBack(to: entry.lane.queue)
            } else {
                memory.tally.move(from: .processing, to: .cancelled, of: entry.lane.queue)
            }
        }
        for back in returning {
            memory.ready.insert(back.job, into: back.lane)
            notices.jobsCame = true
        }
    }

    func rollBack(_ memory: inout StoreMemory) {
        for entry in taken { memory.leases.resume(entry.job.id) }
    }

    func answer(_ error: StoreError?) {}

    // Nobody is told of an error, so nobody would give the leases back again.
    func turn(after error: StoreError?) -> Turn {
        error == nil ? .done : .later
    }
}
