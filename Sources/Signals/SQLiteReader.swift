import CSQLite
import JobModel
import Scaling

/// Asks a file of SQLite. It is opened anew for each reading: a file that was replaced would be read for ever otherwise.
struct SQLiteReader: SignalReader {
    let path: String
    let query: String
    let timeout: Duration

    func read() throws(SignalFailure) -> SignalReading {
        let deadline = ContinuousClock.now + timeout
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard let handle else {
            throw SignalFailure("there is no memory to open \(path)", hint: "free memory")
        }
        defer { sqlite3_close_v2(handle) }
        guard code == SQLITE_OK else { throw failure(code, handle) }
        sqlite3_busy_timeout(handle, Int32(clamping: timeout.inMilliseconds))
        // Must stay where it is for as long as the handler may look at it.
        let box = UnsafeMutablePointer<ContinuousClock.Instant>.allocate(capacity: 1)
        box.initialize(to: deadline)
        defer { box.deallocate() }
        sqlite3_progress_handler(handle, 4096, Self.isLate, box)
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
        return try ask(handle)
    }

    private static let isLate: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { box in
        guard let deadline = box?.assumingMemoryBound(to: ContinuousClock.Instant.self).pointee else { return 1 }
        return ContinuousClock.now < deadline ? 0 : 1
    }

    private func ask(_ handle: OpaquePointer) throws(SignalFailure) -> SignalReading {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, query, -1, &statement, nil)
        guard code == SQLITE_OK else { throw failure(code, handle) }
        guard let statement else { throw SignalFailure("the query is empty", hint: Self.example) }
        defer { sqlite3_finalize(statement) }
        switch sqlite3_step(statement) {
        case SQLITE_ROW: break
        case SQLITE_DONE: throw SignalFailure("the query gives no row", hint: Self.example)
        case let code: throw failure(code, handle)
        }
        let columns = (0..<sqlite3_column_count(statement)).map { column in
            sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
        }
        switch sqlite3_step(statement) {
        case SQLITE_DONE: return try SignalAnswer.reading(columns: columns)
        case SQLITE_ROW: throw SignalFailure("the query gives more than one row", hint: Self.example)
        case let code: throw failure(code, handle)
        }
    }

    private static let example = "give one like: SELECT count(*) FROM jobs WHERE state = 'ready'"

    private func failure(_ code: Int32, _ handle: OpaquePointer) -> SignalFailure {
        let words = "\(path): \(String(cString: sqlite3_errmsg(handle)))"
        return switch code & 0xff {
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
            SignalFailure(words, hint: "see that the file is there, and that the daemon's user may read it")
        case SQLITE_INTERRUPT:
            SignalFailure(
                "the query of \(path) took longer than \(timeout.inSeconds.formattedShortly) s",
                hint: "give it an index, or raise signal.timeout")
        case SQLITE_BUSY, SQLITE_LOCKED:
            SignalFailure(words, hint: "somebody locks the file for longer than signal.timeout: raise it")
        case SQLITE_READONLY:
            SignalFailure(words, hint: "the query may only read; a file in WAL mode needs its -shm file beside it")
        default: SignalFailure(words, hint: "try the query with: sqlite3 -readonly \(path)")
        }
    }
}
