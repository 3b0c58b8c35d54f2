import Foundation
import JobModel
import JobStore

/// What is handed to the writer.
enum WriteRequest: Sendable {
    case enqueue([NewJob], StoreCompletion<[EnqueueReceipt]>)
    case settle([Settlement], StoreCompletion<[SettlementOutcome]>)
    case release([Lease])
    case cancel(JobID, at: Timestamp, StoreCompletion<CancelOutcome>)
    case promote(at: Timestamp, StoreCompletion<Timestamp?>)
    case prune(PruneOperation.Stretch, StoreCompletion<Int>)
    case pool(PoolOperation.Change, StoreCompletion<Void>)
    /// Claims run low on these lanes: fetch more from disk.
    case fetch([LaneNumber])

    /// About how many rows it writes.
    var weight: Int {
        switch self {
        case .enqueue(let jobs, _): jobs.count
        case .settle(let settlements, _): settlements.count
        case .release(let leases): leases.count
        case .promote, .prune: 500
        case .cancel, .pool, .fetch: 1
        }
    }

    var operation: (any Operation)? {
        switch self {
        case .enqueue(let jobs, let completion): EnqueueOperation(jobs, completion: completion)
        case .settle(let settlements, let completion): SettleOperation(settlements, completion: completion)
        case .release(let leases): ReleaseOperation(leases)
        case .cancel(let id, let now, let completion): CancelOperation(id, at: now, completion: completion)
        case .promote(let now, let completion): PromoteOperation(at: now, completion: completion)
        case .prune(let stretch, let completion): PruneOperation(stretch, completion: completion)
        case .pool(let change, let completion): PoolOperation(change, completion: completion)
        case .fetch: nil
        }
    }
}

/// The one thread's work that writes: takes what was handed in while the last commit ran, commits it as one, answers.
final class Writer {
    private let ledger: Ledger
    private let inbox: Inbox<WriteRequest>
    private let signal: (StoreSignal) -> Void
    private let checkpointPages: Int
    /// Operations that want another turn, and lanes that could not be fetched.
    private var next: [any Operation] = []
    private var later: [any Operation] = []
    private var unfetched: [LaneNumber] = []
    private var trouble: StoreError?

    /// At about this many rows a transaction is cut: more would only make those wait who came first.
    private static let rowsPerCommit = 1000

    init(
        _ options: SQLiteOptions, memory: SharedMemory, inbox: Inbox<WriteRequest>,
        signal: @escaping (StoreSignal) -> Void
    ) throws {
        let connection = try Opening.connect(options)
        ledger = try Opening.load(connection, into: memory)
        checkpointPages = options.checkpointPages
        self.inbox = inbox
        self.signal = signal
    }

    /// Works until the inbox is closed and empty.
    func run() {
        while let requests = inbox.take(limit: Self.rowsPerCommit, patience: patience, weight: \.weight) {
            work(on: requests)
        }
        while !next.isEmpty { work(on: []) }
        // What could not be written for want of room gets a last chance.
        if !later.isEmpty { work(on: []) }
        ledger.connection.checkpoint()
    }

    private var patience: Inbox<WriteRequest>.Patience {
        if !next.isEmpty { return .none }
        return later.isEmpty && unfetched.isEmpty ? .endless : .seconds(1)
    }

    private func work(on requests: [WriteRequest]) {
        for case .fetch(let lanes) in requests { unfetched.append(contentsOf: lanes) }
        fetch()
        let operations = next + later + requests.compactMap(\.operation)
        next = []
        later = []
        if !operations.isEmpty { commit(operations) }
        if ledger.connection.pagesInLog >= checkpointPages { ledger.connection.checkpoint() }
    }

    private func fetch() {
        guard !unfetched.isEmpty else { return }
        let lanes = unfetched
        unfetched = []
        for lane in lanes {
            do throws(SQLiteFailure) {
                try ledger.fetch(lane)
            } catch {
                unfetched.append(lane)
                report(error.storeError)
            }
        }
        if ledger.memory.withLock({ $0.attention.jobsCame() }) { signal(.ready) }
    }

    // MARK: One transaction

    private func commit(_ operations: [any Operation]) {
        var started = 0
        do throws(SQLiteFailure) {
            try ledger.transaction { () throws(SQLiteFailure) in
                for operation in operations {
                    started += 1
                    try operation.write(to: ledger)
                }
            }
        } catch {
            fail(operations, started: started, with: error)
            return
        }
        let signals = ledger.memory.withLock { memory in
            var notices = Notices()
            for operation in operations { operation.commit(to: &memory, &notices) }
            ledger.close(&memory, failed: false)
            return Self.signals(for: notices, &memory)
        }
        report(nil)
        for operation in operations { finish(operation, nil) }
        for each in signals { signal(each) }
    }

    private static func signals(for notices: Notices, _ memory: inout StoreMemory) -> [StoreSignal] {
        var signals: [StoreSignal] = []
        if notices.jobsCame, memory.attention.jobsCame() { signals.append(.ready) }
        if let due = notices.due, memory.attention.becameDue(due) { signals.append(.due(due)) }
        return signals
    }

    private func fail(_ operations: [any Operation], started: Int, with failure: SQLiteFailure) {
        ledger.memory.withLock { memory in
            // Backwards, as the changes were made forwards.
            for operation in operations[..<started].reversed() { operation.rollBack(&memory) }
            ledger.close(&memory, failed: true)
        }
        if failure.concernsOneRequest && operations.count > 1 {
            // Alone, each fails for its own reasons only.
            for operation in operations { commit([operation]) }
            return
        }
        if !failure.concernsOneRequest { report(failure.storeError) }
        for operation in operations { finish(operation, failure.storeError) }
    }

    private func finish(_ operation: any Operation, _ error: StoreError?) {
        switch operation.turn(after: error) {
        case .done: operation.answer(error)
        case .next: next.append(operation)
        case .later: later.append(operation)
        }
    }

    /// Tells the owner once when writing begins to fail, and once when it works again.
    private func report(_ error: StoreError?) {
        guard (error == nil) != (trouble == nil) else { return }
        trouble = error
        signal(.trouble(error))
    }
}
