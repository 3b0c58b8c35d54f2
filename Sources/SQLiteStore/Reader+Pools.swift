import JobModel
import JobStore

extension Reader {
    func poolSettings() throws(SQLiteFailure) -> [String: String] {
        let statement = try connection.prepare("SELECT pool, body FROM pool_settings")
        var found: [String: String] = [:]
        while try statement.step() { found[statement.text(0)] = statement.text(1) }
        return found
    }

    func poolHistory(of pool: String, limit: Int) throws(SQLiteFailure) -> [PoolHistoryEntry] {
        let statement = try connection.prepare(
            "SELECT at, body FROM pool_history WHERE pool = ?1 ORDER BY number DESC LIMIT ?2")
        try statement.bind(1, pool)
        statement.bind(2, limit)
        var found: [PoolHistoryEntry] = []
        while try statement.step() {
            found.append(
                PoolHistoryEntry(
                    pool: pool, at: Timestamp(milliseconds: statement.int(0)), text: statement.text(1)))
        }
        return found
    }

    func pastJobs(
        of queues: [String], since: Timestamp, after: JobID, limit: Int
    ) throws(SQLiteFailure) -> [PastJob] {
        guard let first = try firstFinished(enqueuedAtOrAfter: since) else { return [] }
        let numbers = memory.withLock { memory in queues.compactMap { memory.names.number(of: $0) } }
        guard !numbers.isEmpty else { return [] }
        let statement = try connection.prepare(
            """
            SELECT id, enqueued_at, started_at, finished_at FROM finished
            WHERE id > ?1 AND started_at IS NOT NULL AND enqueued_at >= ?2
                AND queue IN (\(numbers.map(String.init).joined(separator: ", ")))
            ORDER BY id LIMIT ?3
            """)
        statement.bind(1, max(after.rawValue, first.rawValue - 1))
        statement.bind(2, since.milliseconds)
        statement.bind(3, limit)
        var found: [PastJob] = []
        while try statement.step() {
            found.append(
                PastJob(
                    id: JobID(statement.int(0)), enqueuedAt: Timestamp(milliseconds: statement.int(1)),
                    startedAt: Timestamp(milliseconds: statement.int(2)),
                    finishedAt: Timestamp(milliseconds: statement.int(3))))
        }
        return found
    }

    /// Ids rise with the time of enqueueing, so it is found by halves.
    private func firstFinished(enqueuedAtOrAfter instant: Timestamp) throws(SQLiteFailure) -> JobID? {
        let from = try connection.prepare("SELECT id, enqueued_at FROM finished WHERE id >= ?1 ORDER BY id LIMIT 1")
        let last = try connection.prepare("SELECT id FROM finished ORDER BY id DESC LIMIT 1").first { $0.int(0) }
        guard let last else { return nil }
        // Before `low` all are too early; at `high` and behind, none is, or there is none.
        var (low, high) = (Int64(0), last + 1)
        while low < high {
            let middle = low + (high - low) / 2
            from.bind(1, middle)
            guard let row = try from.first({ (id: $0.int(0), at: $0.int(1)) }), row.at < instant.milliseconds else {
                high = middle
                continue
            }
            low = row.id + 1
        }
        return low > last ? nil : JobID(low)
    }
}
