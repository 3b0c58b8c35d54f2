import JobModel
import JobStore

/// Drops one stretch of old history, or the oldest results. Which stretch is found out by the reader.
final class PruneOperation: Operation {
    enum Stretch: Sendable {
        /// Jobs from `first` to `last` that finished before an instant.
        case history(first: JobID, last: JobID, before: Timestamp)
        /// Results up to a number that were written before an instant.
        case results(last: Int64, before: Timestamp)
    }

    private let stretch: Stretch
    private let completion: StoreCompletion<Int>
    private var gone = 0

    init(_ stretch: Stretch, completion: @escaping StoreCompletion<Int>) {
        self.stretch = stretch
        self.completion = completion
    }

    func write(to ledger: Ledger) throws(SQLiteFailure) {
        switch stretch {
        case .history(let first, let last, let before):
            gone = try ledger.old.dropHistory(from: first, through: last, before: before, lastID: JobID(ledger.lastID))
        case .results(let last, let before): gone = try ledger.old.dropResults(through: last, before: before)
        }
    }

    func commit(to memory: inout StoreMemory, _ notices: inout Notices) {}

    func rollBack(_ memory: inout StoreMemory) {}

    func answer(_ error: StoreError?) {
        completion(error.map { .failure($0) } ?? .success(gone))
    }
}
