import JobModel
import JobStore

/// One verb on its way through the writer: first its rows, within a transaction that it shares with others; when that
/// is on disk its changes in memory, or, when it failed, back to how memory was; then the answer.
///
/// Nobody but the writer touches an operation, one step after the other.
protocol Operation: AnyObject {
    /// Writes the rows. What it takes from memory meanwhile (so that nobody claims it) it gives back in `rollBack`.
    func write(to ledger: Ledger) throws(SQLiteFailure)

    /// The rows are on disk: brings the memory up to it.
    func commit(to memory: inout StoreMemory, _ notices: inout Notices)

    /// The transaction failed: undoes what `write` did to the memory.
    func rollBack(_ memory: inout StoreMemory)

    func answer(_ error: StoreError?)

    /// Whether the operation wants another turn in a later transaction, before it answers.
    func turn(after error: StoreError?) -> Turn
}

/// What an operation needs after its transaction.
enum Turn {
    case done
    /// There is more of it to do.
    case next
    /// It has to be tried again until it works.
    case later
}

extension Operation {
    func turn(after error: StoreError?) -> Turn { .done }
}

/// What the store's owner may have to hear of after a transaction.
struct Notices {
    var jobsCame = false
    var due: Timestamp?

    mutating func becameDue(_ instant: Timestamp) {
        due = due.map { min($0, instant) } ?? instant
    }
}
