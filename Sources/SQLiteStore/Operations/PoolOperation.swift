import JobStore

/// Keeps something for a pool.
final class PoolOperation: Operation {
    enum Change: Sendable {
        case setting(String?, pool: String)
        case history([PoolHistoryEntry])
    }

    private let change: Change
    private let completion: StoreCompletion<Void>

    init(_ change: Change, completion: @escaping StoreCompletion<Void>) {
        self.change = change
        self.completion = completion
    }

    func write(to ledger: Ledger) throws(SQLiteFailure) {
        switch change {
        case .setting(let text, let pool): try ledger.pools.set(text, of: pool)
        case .history(let entries): try ledger.pools.record(entries)
        }
    }

    func commit(to memory: inout StoreMemory, _ notices: inout Notices) {}

    func rollBack(_ memory: inout StoreMemory) {}

    func answer(_ error: StoreError?) {
        completion(error.map { .failure($0) } ?? .success(()))
    }
}
