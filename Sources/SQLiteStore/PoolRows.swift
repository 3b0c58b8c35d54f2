import JobModel
import JobStore

/// What is kept for pools, as the writer sees it.
final class PoolRows {
    private let setSetting: Statement
    private let dropSetting: Statement
    private let insert: Statement
    private let dropOld: Statement

    init(_ connection: Connection) throws {
        setSetting = try connection.prepare(
            """
            INSERT INTO pool_settings (pool, body) VALUES (?1, ?2)
            ON CONFLICT (pool) DO UPDATE SET body = excluded.body
            """)
        dropSetting = try connection.prepare("DELETE FROM pool_settings WHERE pool = ?1")
        insert = try connection.prepare("INSERT INTO pool_history (pool, at, body) VALUES (?1, ?2, ?3)")
        dropOld = try connection.prepare(
            """
            DELETE FROM pool_history WHERE pool = ?1 AND number <= (
                SELECT number FROM pool_history WHERE pool = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2
            )
            """)
        dropOld.bind(2, SQLiteStore.poolHistoryKept)
    }

    func set(_ text: String?, of pool: String) throws(SQLiteFailure) {
        let statement = text == nil ? dropSetting : setSetting
        try statement.bind(1, pool)
        if let text { try statement.bind(2, text) }
        try statement.run()
    }

    func record(_ entries: [PoolHistoryEntry]) throws(SQLiteFailure) {
        for entry in entries {
            try insert.bind(1, entry.pool)
            insert.bind(2, entry.at.milliseconds)
            try insert.bind(3, entry.text)
            try insert.run()
        }
        for pool in Set(entries.map(\.pool)) {
            try dropOld.bind(1, pool)
            try dropOld.run()
        }
    }
}
