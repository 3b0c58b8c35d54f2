import CSQLite
import Glibc

/// The yardstick: the statements that the SQLite store runs for jobs without incident, in a bare loop over the C API,
/// on one thread, with nothing around them. Durable: each transaction is flushed.
package final class BareLoop {
    private let database: OpaquePointer
    private let insert: OpaquePointer
    private let delete: OpaquePointer
    private let finish: OpaquePointer
    private let begin: OpaquePointer
    private let commit: OpaquePointer
    private let payload: [UInt8]
    private var lastID: Int64 = 0
    private var lastFinished: Int64 = 0

    /// Makes a new database at `path`.
    package init(path: String, payloadBytes: Int) {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        payload = [UInt8](repeating: 120, count: payloadBytes)
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        Self.check(sqlite3_open_v2(path, &opened, flags, nil), opened)
        guard let database = opened else { fatalError("no database at \(path)") }
        self.database = database
        Self.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;
            PRAGMA cache_size = -8192;
            CREATE TABLE ready (
                id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, priority INTEGER NOT NULL, type TEXT NOT NULL,
                max_attempts INTEGER NOT NULL, timeout_ms INTEGER NOT NULL, enqueued_at INTEGER NOT NULL,
                crashes INTEGER NOT NULL, request_id TEXT, used INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;
            CREATE TABLE finished (
                id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, priority INTEGER NOT NULL, type TEXT NOT NULL,
                max_attempts INTEGER NOT NULL, timeout_ms INTEGER NOT NULL, enqueued_at INTEGER NOT NULL,
                crashes INTEGER NOT NULL, request_id TEXT, state INTEGER NOT NULL, attempt INTEGER NOT NULL,
                started_at INTEGER, finished_at INTEGER NOT NULL, worker TEXT, result INTEGER, cause INTEGER,
                failure_type TEXT, message TEXT, payload BLOB) STRICT;
            CREATE INDEX finished_badly ON finished (id) WHERE state <> 5;
            """, database)
        insert = Self.prepare("INSERT INTO ready VALUES (?1, 0, 5, 'work', 5, 3600000, ?2, 0, NULL, 0, ?3)", database)
        delete = Self.prepare("DELETE FROM ready WHERE id BETWEEN ?1 AND ?2", database)
        finish = Self.prepare(
            """
            INSERT INTO finished (id, queue, priority, type, max_attempts, timeout_ms, enqueued_at, crashes, state,
                attempt, started_at, finished_at, worker, result)
            VALUES (?1, 0, 5, 'work', 5, 3600000, ?2, 0, 5, 1, ?2, ?2, 'bench-1', NULL)
            """, database)
        begin = Self.prepare("BEGIN IMMEDIATE", database)
        commit = Self.prepare("COMMIT", database)
    }

    deinit {
        for statement in [insert, delete, finish, begin, commit] { sqlite3_finalize(statement) }
        sqlite3_close_v2(database)
    }

    /// Inserts so many jobs in one transaction.
    package func enqueue(_ count: Int) {
        run(begin)
        insertRows(count)
        run(commit)
    }

    /// Finishes the oldest jobs in one transaction.
    package func complete(_ count: Int) {
        run(begin)
        finishRows(count)
        run(commit)
    }

    /// What a transaction of a busy store does: as many new jobs as finished ones.
    package func enqueueAndComplete(_ count: Int) {
        run(begin)
        insertRows(count)
        finishRows(count)
        run(commit)
    }

    private func insertRows(_ count: Int) {
        payload.withUnsafeBytes { bytes in
            for _ in 0..<count {
                lastID += 1
                sqlite3_bind_int64(insert, 1, lastID)
                sqlite3_bind_int64(insert, 2, 1_700_000_000_000 + lastID)
                sqlite3_bind_blob64(insert, 3, bytes.baseAddress, UInt64(bytes.count), nil)
                run(insert)
            }
        }
    }

    private func finishRows(_ count: Int) {
        sqlite3_bind_int64(delete, 1, lastFinished + 1)
        sqlite3_bind_int64(delete, 2, lastFinished + Int64(count))
        run(delete)
        for _ in 0..<count {
            lastFinished += 1
            sqlite3_bind_int64(finish, 1, lastFinished)
            sqlite3_bind_int64(finish, 2, 1_700_000_000_000 + lastFinished)
            run(finish)
        }
    }

    private func run(_ statement: OpaquePointer) {
        guard sqlite3_step(statement) == SQLITE_DONE else { fatalError(String(cString: sqlite3_errmsg(database))) }
        sqlite3_reset(statement)
    }

    private static func prepare(_ sql: String, _ database: OpaquePointer) -> OpaquePointer {
        var statement: OpaquePointer?
        check(sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil), database)
        guard let statement else { fatalError(sql) }
        return statement
    }

    private static func execute(_ sql: String, _ database: OpaquePointer) {
        check(sqlite3_exec(database, sql, nil, nil, nil), database)
    }

    private static func check(_ code: Int32, _ database: OpaquePointer?) {
        guard code == SQLITE_OK else { fatalError(String(cString: sqlite3_errmsg(database))) }
    }
}
