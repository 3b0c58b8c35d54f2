import JobModel
import JobStore

/// The four tables that jobs lie in, made to look alike for reading.
enum RecordTable: String, CaseIterable {
    case ready
    case backlog
    case pending
    case finished

    /// Gives the columns that `JobRecord.init` reads; the job's table is called `job`.
    func select(withPayload: Bool) -> String {
        let payload = withPayload ? "job.payload" : "NULL"
        let common = """
            SELECT job.id, job.queue, job.priority, job.type, job.max_attempts, job.timeout_ms, job.enqueued_at,
                job.crashes, (SELECT key FROM keys WHERE keys.job = job.id), \(payload)
            """
        switch self {
        case .finished:
            return """
                \(common), job.state, NULL, NULL, job.attempt, job.started_at, job.worker, job.cause,
                job.failure_type, job.message, job.finished_at, job.request_id
                FROM finished AS job
                """
        case .ready, .backlog, .pending:
            let wait = self == .pending ? "job.run_at, job.reason" : "NULL, NULL"
            // The attempts of a job that is not finished are told by the last one that left a record.
            return """
                \(common), \(state.rawValue), \(wait), coalesce(last.attempt, 0), last.started_at, last.worker,
                last.cause, last.failure_type, last.message, NULL, job.request_id
                FROM \(rawValue) AS job
                LEFT JOIN attempts AS last ON last.number = (SELECT max(number) FROM attempts WHERE job = job.id)
                """
        }
    }

    /// The state of unfinished jobs in the table.
    private var state: JobState { self == .pending ? .pending : .queued }
}

extension JobRecord {
    init(_ row: Statement, names: QueueNames) {
        let queue = Int(row.int(1))
        let failure = row.optionalInt(16).flatMap { FailureCause(rawValue: Int($0)) }.map {
            Failure(cause: $0, type: row.text(17), message: row.text(18))
        }
        func instant(_ column: Int32) -> Timestamp? {
            row.optionalInt(column).map { Timestamp(milliseconds: $0) }
        }
        self.init(
            id: JobID(row.int(0)), type: row.text(3), queue: queue < names.count ? names[queue] : "",
            state: JobState(rawValue: Int(row.int(10))) ?? .queued,
            reason: row.optionalInt(12).flatMap { PendingReason(rawValue: Int($0)) },
            priority: Priority(row.int(2)) ?? .normal, payload: row.blob(9), attempt: Int(row.int(13)),
            maxAttempts: Int(row.int(4)), crashes: Int(row.int(7)), timeoutMilliseconds: row.int(5),
            enqueuedAt: Timestamp(milliseconds: row.int(6)), runAt: instant(11), startedAt: instant(14),
            finishedAt: instant(19), worker: row.optionalText(15), key: row.optionalText(8),
            requestID: row.optionalText(20), failure: failure)
    }

    /// Adds what only the memory knows: that the job runs.
    mutating func overlay(_ entry: Leases.Entry?) {
        guard let entry, !state.isFinished else { return }
        state = entry.cancelledAt == nil ? .processing : .cancelling
        reason = nil
        runAt = nil
        attempt = entry.job.nextAttempt
    }
}

extension AttemptRecord {
    init(_ row: Statement) {
        let failure = Failure(
            cause: FailureCause(rawValue: Int(row.int(4))) ?? .error, type: row.text(5), message: row.text(6))
        self.init(
            attempt: Int(row.int(0)), worker: row.text(1), startedAt: Timestamp(milliseconds: row.int(2)),
            endedAt: Timestamp(milliseconds: row.int(3)), failure: failure)
    }
}
