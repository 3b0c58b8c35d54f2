import Dispatch
import JobModel
import Synchronization

/// The contract without a disk: for tests, and for whoever can do without what a stop loses.
package final class MemoryStore: JobStore {
    private struct Shared {
        var state = MemoryState()
        var receive: (@Sendable (StoreSignal) -> Void)?
        var isClosed = false
    }

    private let shared = Mutex(Shared())
    /// Answers and signals leave on this queue, in the order of the verbs, as a store with a disk answers on its own thread.
    private let answers = DispatchQueue(label: "jobsup.memory-store")

    package init() {}

    package func observe(_ receive: @escaping @Sendable (StoreSignal) -> Void) {
        shared.withLock { $0.receive = receive }
    }

    package func enqueue(_ jobs: [NewJob], completion: @escaping StoreCompletion<[EnqueueReceipt]>) {
        perform(completion) { $0.enqueue(jobs) }
    }

    package func claim(from queues: [String], limit: Int) -> [ClaimedJob] {
        shared.withLock { $0.isClosed ? [] : $0.state.claim(from: queues, limit: limit) }
    }

    package func expectJobs() {
        shared.withLock { $0.state.attention.expectJobs() }
    }

    package func settle(_ settlements: [Settlement], completion: @escaping StoreCompletion<[SettlementOutcome]>) {
        perform(completion) { $0.settle(settlements) }
    }

    package func release(_ leases: [Lease]) {
        perform({ _ in }, { $0.release(leases) })
    }

    package func cancel(_ id: JobID, at now: Timestamp, completion: @escaping StoreCompletion<CancelOutcome>) {
        perform(completion) { $0.cancel(id, at: now) }
    }

    package func promoteDue(at now: Timestamp, completion: @escaping StoreCompletion<Timestamp?>) {
        perform(completion) { $0.promoteDue(at: now) }
    }

    package func find(_ id: JobID) async throws(StoreError) -> JobRecord? {
        try read { $0.find(id) }
    }

    package func list(_ filter: JobFilter) async throws(StoreError) -> [JobRecord] {
        try read { $0.list(filter) }
    }

    package func counts() -> [QueueCounts] {
        shared.withLock { $0.state.counts() }
    }

    package func prune(history: Timestamp, results: Timestamp) async throws(StoreError) -> Int {
        try read { $0.prune(history: history, results: results) }
    }

    package func close() {
        shared.withLock { $0.isClosed = true }
        answers.sync {}
    }

    /// Runs a verb and sends its answer and its signals off. Queueing happens under the lock, so that answers
    /// keep the order of the changes.
    func perform<Value: Sendable>(
        _ completion: @escaping StoreCompletion<Value>, _ verb: (inout MemoryState) -> Value
    ) {
        shared.withLock { shared in
            guard !shared.isClosed else {
                answers.async { completion(.failure(.closed)) }
                return
            }
            let value = verb(&shared.state)
            let signals = shared.state.takeSignals()
            let receive = shared.receive
            answers.async {
                completion(.success(value))
                for signal in signals { receive?(signal) }
            }
        }
    }

    func read<Value: Sendable>(
        _ body: (inout MemoryState) -> Value
    ) throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = shared.withLock { shared in
            guard !shared.isClosed else { return .failure(.closed) }
            return .success(body(&shared.state))
        }
        return try result.get()
    }
}
