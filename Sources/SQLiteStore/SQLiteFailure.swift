import CSQLite
import Glibc
import JobStore

/// What SQLite answered instead of success.
struct SQLiteFailure: Error {
    /// The extended result code.
    let code: Int32
    /// The `errno` behind it, 0 when there is none.
    let systemError: Int32
    let message: String

    init(code: Int32, systemError: Int32 = 0, message: String) {
        self.code = code
        self.systemError = systemError
        self.message = message
    }

    init(code: Int32, of connection: OpaquePointer?) {
        self.code = code
        systemError = connection.map { sqlite3_system_errno($0) } ?? 0
        message = connection.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    }

    private var primary: Int32 { code & 0xff }

    /// Whether it is this one request that cannot be written, while others can.
    var concernsOneRequest: Bool {
        switch primary {
        case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE: true
        default: false
        }
    }

    var storeError: StoreError {
        switch primary {
        case SQLITE_FULL: .full(detail)
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged(detail)
        default: systemError == ENOSPC || systemError == EDQUOT ? .full(detail) : .unavailable(detail)
        }
    }

    private var detail: String {
        let cause = systemError == 0 ? "" : ": " + String(cString: strerror(systemError))
        return "\(message)\(cause) (SQLite \(code))"
    }
}
