import JobModel

/// The idempotency keys.
final class KeyRows {
    private let find: Statement
    private let insert: Statement

    init(_ connection: Connection) throws {
        find = try connection.prepare("SELECT job FROM keys WHERE key = ?1")
        insert = try connection.prepare("INSERT INTO keys (key, job) VALUES (?1, ?2)")
    }

    func job(of key: String) throws(SQLiteFailure) -> JobID? {
        try find.bind(1, key)
        return try find.first { JobID($0.int(0)) }
    }

    func insert(_ key: String, of id: JobID) throws(SQLiteFailure) {
        try insert.bind(1, key)
        insert.bind(2, id.rawValue)
        try insert.run()
    }
}
