import JobModel

extension MemoryStore: PoolRecords {
    package func setPoolSetting(_ text: String?, of pool: String, completion: @escaping StoreCompletion<Void>) {
        perform(completion) { $0.poolSettings[pool] = text }
    }

    package func record(_ entries: [PoolHistoryEntry], completion: @escaping StoreCompletion<Void>) {
        perform(completion) { state in
            for entry in entries {
                let kept = state.poolHistory[entry.pool, default: []].suffix(Self.poolHistoryKept - 1)
                state.poolHistory[entry.pool] = kept + [entry]
            }
        }
    }

    package func poolSettings() async throws(StoreError) -> [String: String] {
        try read { $0.poolSettings }
    }

    package func poolHistory(of pool: String, limit: Int) async throws(StoreError) -> [PoolHistoryEntry] {
        try read { Array($0.poolHistory[pool, default: []].suffix(max(0, limit)).reversed()) }
    }

    package func pastJobs(
        of queues: [String], since: Timestamp, after: JobID, limit: Int
    ) async throws(StoreError) -> [PastJob] {
        try read { state in
            var found: [PastJob] = []
            for id in state.jobs.keys.filter({ $0 > after }).sorted() where found.count < limit {
                guard let record = state.find(id), queues.contains(record.queue), record.enqueuedAt >= since,
                    let started = record.startedAt, let finished = record.finishedAt
                else { continue }
                found.append(
                    PastJob(id: id, enqueuedAt: record.enqueuedAt, startedAt: started, finishedAt: finished))
            }
            return found
        }
    }
}
