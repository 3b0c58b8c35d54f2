import JobModel

/// What a store keeps for pools beside their jobs: a capability. The texts are the owner's own; no store looks into them.
package protocol PoolRecords: AnyObject, Sendable {
    /// Keeps what a person has set for a pool, in the place of what was set before; `nil` forgets it.
    func setPoolSetting(_ text: String?, of pool: String, completion: @escaping StoreCompletion<Void>)

    /// What is set, by pool.
    func poolSettings() async throws(StoreError) -> [String: String]

    /// Adds to the pools' histories. Of each, the last ``poolHistoryKept`` entries are kept.
    func record(_ entries: [PoolHistoryEntry], completion: @escaping StoreCompletion<Void>)

    /// The last entries of a pool, newest first.
    func poolHistory(of pool: String, limit: Int) async throws(StoreError) -> [PoolHistoryEntry]

    /// The finished jobs of these queues that were enqueued at an instant or later, in that order, beginning behind `after`;
    /// at most `limit`. Those that never ran are left out.
    func pastJobs(
        of queues: [String], since: Timestamp, after: JobID, limit: Int
    ) async throws(StoreError) -> [PastJob]
}

extension PoolRecords {
    package static var poolHistoryKept: Int { 1000 }

    package func setPoolSetting(_ text: String?, of pool: String) async throws(StoreError) {
        let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
            setPoolSetting(text, of: pool) { continuation.resume(returning: $0) }
        }
        try result.get()
    }
}

/// Something that happened to a pool.
package struct PoolHistoryEntry: Sendable, Hashable {
    package var pool: String
    package var at: Timestamp
    package var text: String

    package init(pool: String, at: Timestamp, text: String) {
        self.pool = pool
        self.at = at
        self.text = text
    }
}

/// When a job came, and how long its last attempt took.
package struct PastJob: Sendable, Hashable {
    package var id: JobID
    package var enqueuedAt: Timestamp
    package var startedAt: Timestamp
    package var finishedAt: Timestamp

    package init(id: JobID, enqueuedAt: Timestamp, startedAt: Timestamp, finishedAt: Timestamp) {
        self.id = id
        self.enqueuedAt = enqueuedAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}
