import JobModel
import JobStore

extension SQLiteStore: PoolRecords {
    package func setPoolSetting(_ text: String?, of pool: String, completion: @escaping StoreCompletion<Void>) {
        post(.pool(.setting(text, pool: pool), completion), completion)
    }

    package func record(_ entries: [PoolHistoryEntry], completion: @escaping StoreCompletion<Void>) {
        post(.pool(.history(entries), completion), completion)
    }

    package func poolSettings() async throws(StoreError) -> [String: String] {
        try await read { reader throws(SQLiteFailure) in try reader.poolSettings() }
    }

    package func poolHistory(of pool: String, limit: Int) async throws(StoreError) -> [PoolHistoryEntry] {
        try await read { reader throws(SQLiteFailure) in try reader.poolHistory(of: pool, limit: limit) }
    }

    package func pastJobs(
        of queues: [String], since: Timestamp, after: JobID, limit: Int
    ) async throws(StoreError) -> [PastJob] {
        try await read { reader throws(SQLiteFailure) in
            try reader.pastJobs(of: queues, since: since, after: after, limit: limit)
        }
    }
}
