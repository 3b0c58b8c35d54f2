import CSQLite

/// A connection to the database. Used by the one thread that opened it.
final class Connection {
    let handle: OpaquePointer
    /// Written by SQLite after each commit.
    private let logPages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

    /// Once per process.
    private static let isPrepared = jobsup_sqlite_count_no_memory() == SQLITE_OK

    enum Access {
        case write
        case read
    }

    init(path: String, access: Access) throws(SQLiteFailure) {
        let flags =
            switch access {
            case .write: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .read: SQLITE_OPEN_READONLY
            }
        // Where somebody else has used SQLite before, it goes on counting: nothing but a little speed is lost.
        _ = Self.isPrepared
        var handle: OpaquePointer?
        // One thread, one connection: SQLite's own locking has nothing to guard.
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            let failure = SQLiteFailure(code: code, of: handle)
            sqlite3_close_v2(handle)
            throw failure
        }
        self.handle = handle
        logPages.initialize(to: 0)
        // Somebody may look into the file with the sqlite3 shell.
        sqlite3_busy_timeout(handle, 2000)
    }

    deinit {
        sqlite3_close_v2(handle)
        logPages.deallocate()
    }

    func prepare(_ sql: String) throws(SQLiteFailure) -> Statement {
        try Statement(sql, on: handle)
    }

    /// Runs one or more statements; rows are passed over.
    func execute(_ sql: String) throws(SQLiteFailure) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteFailure(code: code, of: handle) }
    }

    /// The number that a statement gives; 0 when it gives no row.
    func number(_ sql: String) throws(SQLiteFailure) -> Int64 {
        try prepare(sql).first { $0.int(0) } ?? 0
    }

    /// How many rows the last statement changed.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Whether a transaction is open: some errors end it, others leave that to us.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// How long the log was after the last commit, once `watchLog` was called.
    var pagesInLog: Int { Int(logPages.pointee) }

    /// Takes checkpoints over from SQLite, which would make the commit wait that happens to fill the log.
    func watchLog() {
        let count: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
            context, _, _, pages in
            context?.assumingMemoryBound(to: Int32.self).pointee = pages
            return SQLITE_OK
        }
        sqlite3_wal_hook(handle, count, logPages)
    }

    /// Moves what is in the log to the database as far as readers allow it.
    func checkpoint() {
        // One that fails (no room) loses nothing: the log stays, and a later one tries again.
        sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }
}
