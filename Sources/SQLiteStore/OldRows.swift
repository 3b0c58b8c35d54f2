import JobModel

/// How old rows go.
final class OldRows {
    private let connection: Connection
    private let setLastID: Statement
    private let history: [Statement]
    private let setLastResult: Statement
    private let results: Statement

    init(_ connection: Connection) throws {
        self.connection = connection
        setLastID = try connection.prepare("UPDATE store SET last_id = ?1")
        setLastResult = try connection.prepare("UPDATE store SET last_result = max(last_result, ?1)")
        let old = "BETWEEN ?1 AND ?2 AND (SELECT finished_at FROM finished WHERE id = job) < ?3"
        // The jobs themselves go last: what belongs to them is found through them.
        history = [
            try connection.prepare("DELETE FROM attempts WHERE job \(old)"),
            try connection.prepare("DELETE FROM keys WHERE job \(old)"),
            try connection.prepare("DELETE FROM finished WHERE id BETWEEN ?1 AND ?2 AND finished_at < ?3"),
        ]
        results = try connection.prepare("DELETE FROM results WHERE number <= ?1 AND finished_at < ?2")
    }

    func dropHistory(
        from first: JobID, through last: JobID, before: Timestamp, lastID: JobID
    ) throws(SQLiteFailure) -> Int {
        // Ids are never given out twice, also when the highest ones are gone.
        setLastID.bind(1, lastID.rawValue)
        try setLastID.run()
        for statement in history {
            statement.bind(1, first.rawValue)
            statement.bind(2, last.rawValue)
            statement.bind(3, before.milliseconds)
            try statement.run()
        }
        return connection.changes
    }

    func dropResults(through last: Int64, before: Timestamp) throws(SQLiteFailure) -> Int {
        // As with ids: the row of an old job still names the number of its result.
        setLastResult.bind(1, last)
        try setLastResult.run()
        results.bind(1, last)
        results.bind(2, before.milliseconds)
        try results.run()
        return connection.changes
    }
}
