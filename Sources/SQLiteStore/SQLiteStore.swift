import JobModel
import JobStore

/// The contract on a file: SQLite with a write-ahead log, written by one thread, read by another.
///
/// Claims are decided in memory and written nowhere: after a stop every unfinished job is queued again anyway.
/// Has to be closed; a store that is dropped without it keeps its threads.
package final class SQLiteStore: JobStore {
    private let memory: SharedMemory
    private let writes = Inbox<WriteRequest>()
    private let reads = Inbox<ReadRequest>()
    private let receiver = SignalReceiver()
    private let writer: StoreThread
    private let reader: StoreThread

    /// Opens the store, or makes it where there is none. Blocks until it can be claimed from.
    package init(_ options: SQLiteOptions) throws(StoreError) {
        memory = SharedMemory(window: options.window)
        writer = try StoreThread(named: "store.write") { [memory, writes, receiver] in
            try Writer(options, memory: memory, inbox: writes, signal: receiver.tell).run
        }
        do {
            reader = try StoreThread(named: "store.read") { [memory, reads] in
                try Reader(options.path, memory: memory, inbox: reads).run
            }
        } catch {
            writes.close()
            writer.join()
            throw error
        }
    }

    package func observe(_ receive: @escaping @Sendable (StoreSignal) -> Void) {
        receiver.set(receive)
    }

    package func close() {
        memory.withLock { $0.isClosed = true }
        reads.close()
        reader.join()
        writes.close()
        writer.join()
    }

    // MARK: Verbs that write

    package func enqueue(_ jobs: [NewJob], completion: @escaping StoreCompletion<[EnqueueReceipt]>) {
        post(.enqueue(jobs, completion), completion)
    }

    package func settle(_ settlements: [Settlement], completion: @escaping StoreCompletion<[SettlementOutcome]>) {
        post(.settle(settlements, completion), completion)
    }

    package func release(_ leases: [Lease]) {
        _ = writes.post(.release(leases))
    }

    package func cancel(_ id: JobID, at now: Timestamp, completion: @escaping StoreCompletion<CancelOutcome>) {
        post(.cancel(id, at: now, completion), completion)
    }

    package func promoteDue(at now: Timestamp, completion: @escaping StoreCompletion<Timestamp?>) {
        post(.promote(at: now, completion), completion)
    }

    package func prune(history: Timestamp, results: Timestamp) async throws(StoreError) -> Int {
        var gone = 0
        var after = JobID(0)
        while let step = try await read({ [after] reader throws(SQLiteFailure) in
            try reader.oldJobs(after: after, before: history)
        }) {
            after = step.end
            guard let range = step.range else { continue }
            gone += try await prune(.history(first: range.lowerBound, last: range.upperBound, before: history))
        }
        while let last = try await read({ reader throws(SQLiteFailure) in
            try reader.oldResults(before: results)
        }) {
            guard try await prune(.results(last: last, before: results)) > 0 else { break }
        }
        return gone
    }

    private func prune(_ stretch: PruneOperation.Stretch) async throws(StoreError) -> Int {
        let result: Result<Int, StoreError> = await withCheckedContinuation { continuation in
            let completion: StoreCompletion<Int> = { continuation.resume(returning: $0) }
            post(.prune(stretch, completion), completion)
        }
        return try result.get()
    }

    func post<Value>(_ request: WriteRequest, _ completion: StoreCompletion<Value>) {
        if !writes.post(request) { completion(.failure(.closed)) }
    }

    // MARK: Verbs in memory

    package func claim(from queues: [String], limit: Int) -> [ClaimedJob] {
        guard limit > 0 else { return [] }
        var claimed: [ClaimedJob] = []
        claimed.reserveCapacity(min(limit, 256))
        let low = memory.withLock { $0.claim(from: queues, limit: limit, into: &claimed) }
        if !low.isEmpty { _ = writes.post(.fetch(low)) }
        return claimed
    }

    package func expectJobs() {
        memory.withLock { $0.attention.expectJobs() }
    }

    package func counts() -> [QueueCounts] {
        memory.withLock { memory in
            memory.tally.counts(names: memory.names) { memory.ready.oldest(of: $0) }
        }
    }

    // MARK: Verbs that read

    package func find(_ id: JobID) async throws(StoreError) -> JobRecord? {
        try await read { reader throws(SQLiteFailure) in try reader.find(id) }
    }

    package func list(_ filter: JobFilter) async throws(StoreError) -> [JobRecord] {
        try await read { reader throws(SQLiteFailure) in try reader.list(filter) }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Reader) throws(SQLiteFailure) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let accepted = reads.post { reader in
                do throws(SQLiteFailure) {
                    continuation.resume(returning: .success(try body(reader)))
                } catch {
                    continuation.resume(returning: .failure(error.storeError))
                }
            }
            if !accepted { continuation.resume(returning: .failure(.closed)) }
        }
        return try result.get()
    }
}
