import JobModel

extension MemoryState {
    func counts() -> [QueueCounts] {
        tally.counts(names: names) { ready.oldest(of: $0) }
    }

    func find(_ id: JobID) -> JobRecord? {
        guard var record = jobs[id]?.record else { return nil }
        // An attempt that runs is not in the record: it leaves no trace there when it is given back.
        if let entry = leases[id] { record.attempt = entry.job.nextAttempt }
        return record
    }

    func list(_ filter: JobFilter) -> [JobRecord] {
        var found: [JobRecord] = []
        for id in jobs.keys.sorted(by: >) where found.count < filter.limit {
            if let before = filter.before, id >= before { continue }
            guard var record = find(id), filter.matches(record) else { continue }
            record.payload = []
            record.result = nil
            record.attempts = []
            found.append(record)
        }
        return found
    }

    mutating func prune(history: Timestamp, results: Timestamp) -> Int {
        var gone = 0
        for (id, job) in jobs {
            guard let finishedAt = job.record.finishedAt else { continue }
            if finishedAt < history {
                jobs[id] = nil
                if let key = job.record.key { keys[key] = nil }
                gone += 1
            } else if finishedAt < results {
                jobs[id]?.record.result = nil
            }
        }
        return gone
    }
}

extension JobFilter {
    package func matches(_ record: JobRecord) -> Bool {
        (state == nil || state == record.state) && (queue == nil || queue == record.queue)
            && (type == nil || type == record.type)
    }
}

extension JobRecord {
    mutating func note(_ attempt: AttemptRecord) {
        attempts.append(attempt)
        if attempts.count > Self.attemptsKept { attempts.removeFirst() }
        failure = attempt.failure
    }

    mutating func finish(as state: JobState, at instant: Timestamp, failure: Failure?) {
        self.state = state
        self.failure = failure
        reason = nil
        runAt = nil
        finishedAt = instant
    }
}

extension ReadyJob {
    init(_ record: JobRecord, used: Int) {
        self.init(
            id: record.id, type: record.type, payload: record.payload, requestID: record.requestID,
            timeoutMilliseconds: record.timeoutMilliseconds, enqueuedAt: record.enqueuedAt,
            maxAttempts: Int32(clamping: record.maxAttempts), used: Int32(clamping: used),
            crashes: Int32(clamping: record.crashes), isSpilled: false)
    }
}

extension ClaimedJob {
    package init(_ job: ReadyJob, lease: Lease, queue: String, priority: Priority) {
        self.init(
            lease: lease, type: job.type, queue: queue, priority: priority, payload: job.payload,
            attempt: job.nextAttempt, maxAttempts: Int(job.maxAttempts), crashes: Int(job.crashes),
            timeoutMilliseconds: job.timeoutMilliseconds, enqueuedAt: job.enqueuedAt, requestID: job.requestID)
    }
}
