import JobModel
import JobStore
import Synchronization

/// What of the store is in memory: what claims are decided by.
struct StoreMemory: Sendable {
    var names = QueueNames()
    var ready: ReadyQueue
    var leases = Leases(epoch: 0)
    var tally = QueueTally()
    var attention = Attention()
    var isClosed = false

    init(window: ReadyWindow) {
        ready = ReadyQueue(window: window)
    }
}

/// The memory, shared by whoever claims and the writer. Locked for one batch at a time.
final class SharedMemory: Sendable {
    private let memory: Mutex<StoreMemory>

    init(window: ReadyWindow) {
        memory = Mutex(StoreMemory(window: window))
    }

    func withLock<Value: Sendable>(_ body: (inout StoreMemory) -> Value) -> Value {
        memory.withLock { body(&$0) }
    }
}

extension StoreMemory {
    /// Leases up to `limit` jobs; gives the lanes that should be fetched from disk.
    mutating func claim(from queues: [String], limit: Int, into claimed: inout [ClaimedJob]) -> [LaneNumber] {
        var low: [LaneNumber] = []
        guard !isClosed else { return low }
        for name in queues where claimed.count < limit {
            guard let queue = names.number(of: name) else { continue }
            let isBlocked = claim(from: queue, limit: limit, into: &claimed)
            low.append(contentsOf: ready.startFetching(for: queue))
            // What lies behind must not overtake what is on its way from disk.
            if isBlocked { break }
        }
        if claimed.count < limit { attention.expectJobs() }
        return low
    }

    private mutating func claim(from queue: Int, limit: Int, into claimed: inout [ClaimedJob]) -> Bool {
        let name = names[queue]
        var taken = 0
        defer {
            tally.add(-taken, to: .queued, of: queue)
            tally.add(taken, to: .processing, of: queue)
        }
        while claimed.count < limit {
            switch ready.takeNext(from: queue) {
            case .none: return false
            case .blocked: return true
            case .job(let job, let lane):
                let lease = leases.grant(job, lane: lane)
                claimed.append(ClaimedJob(job, lease: lease, queue: name, priority: lane.priority))
                taken += 1
            }
        }
        return false
    }
}
