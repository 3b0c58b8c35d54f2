import JobModel
import JobStore

/// How a job ended that did not complete, beside what its row had said before.
struct Ending {
    let state: JobState
    /// The attempt that ended it, or the last one before; 0 when none ever ran.
    let attempt: Int
    let startedAt: Timestamp?
    let finishedAt: Timestamp
    let worker: String?
    let failure: Failure?
}

/// The rows of finished jobs, their results, and the attempts that did not complete a job.
final class FinishedRows {
    private let insertCompleted: Statement
    private let insertBlock: BlockInsert
    private let insertOther: Statement
    private let insertResult: Statement
    private let insertAttempt: Statement
    private let dropAttempts: Statement
    private let lastAttempt: Statement
    private let state: Statement
    private var lastResult: Int64

    init(_ connection: Connection) throws {
        let columns = """
            id, queue, priority, type, max_attempts, timeout_ms, enqueued_at, crashes, request_id, state, attempt,
            started_at, finished_at, worker, result
            """
        let marks = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15"
        insertCompleted = try connection.prepare("INSERT INTO finished (\(columns)) VALUES (\(marks))")
        insertBlock = try BlockInsert(
            connection, into: "finished",
            common: [
                "queue", "priority", "type", "max_attempts", "timeout_ms", "crashes", "state", "attempt", "worker",
                "request_id",
            ],
            own: ["id", "enqueued_at", "started_at", "finished_at"])
        insertOther = try connection.prepare(
            """
            INSERT INTO finished (\(columns), cause, failure_type, message, payload)
            VALUES (\(marks), ?16, ?17, ?18, ?19)
            """)
        insertResult = try connection.prepare("INSERT INTO results (number, finished_at, body) VALUES (?1, ?2, ?3)")
        insertAttempt = try connection.prepare(
            """
            INSERT INTO attempts (job, attempt, worker, started_at, ended_at, cause, failure_type, message)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        dropAttempts = try connection.prepare(
            """
            DELETE FROM attempts WHERE job = ?1 AND number <=
                (SELECT number FROM attempts WHERE job = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)
            """)
        lastAttempt = try connection.prepare(
            "SELECT attempt, worker, started_at FROM attempts WHERE job = ?1 ORDER BY number DESC LIMIT 1")
        state = try connection.prepare("SELECT state FROM finished WHERE id = ?1")
        lastResult = try connection.number(
            "SELECT max((SELECT last_result FROM store), coalesce((SELECT max(number) FROM results), 0))")
    }

    /// A completed job leaves its payload behind.
    func insertCompleted(
        _ job: ReadyJob, lane: LaneNumber, _ settlement: Settlement, result: [UInt8]
    ) throws(SQLiteFailure) {
        try bind(job, lane, to: insertCompleted)
        insertCompleted.bind(10, JobState.completed.rawValue)
        insertCompleted.bind(11, job.nextAttempt)
        insertCompleted.bind(12, settlement.startedAt.milliseconds)
        insertCompleted.bind(13, settlement.endedAt.milliseconds)
        try insertCompleted.bind(14, settlement.worker)
        insertCompleted.bind(15, result.isEmpty ? nil : try insert(result, at: settlement.endedAt))
        try insertCompleted.run()
    }

    /// The same for a whole block of jobs that have no result and are alike.
    func insertCompleted(_ block: ArraySlice<TakenLease>, _ settlements: [Settlement]) throws(SQLiteFailure) {
        let statement = insertBlock.statement
        let (first, lane) = (block[block.startIndex].entry.job, block[block.startIndex].entry.lane)
        statement.bind(1, lane.queue)
        statement.bind(2, Int(lane.priority.rawValue))
        try statement.bind(3, first.type)
        statement.bind(4, Int(first.maxAttempts))
        statement.bind(5, first.timeoutMilliseconds)
        statement.bind(6, Int(first.crashes))
        statement.bind(7, JobState.completed.rawValue)
        statement.bind(8, first.nextAttempt)
        try statement.bind(9, settlements[block[block.startIndex].index].worker)
        try statement.bind(10, first.requestID)
        for row in 0..<BlockInsert.rows {
            let index = block.startIndex + row
            let settlement = block[index].index
            statement.bind(insertBlock.parameter(0, ofRow: row), block[index].entry.job.id.rawValue)
            statement.bind(insertBlock.parameter(1, ofRow: row), block[index].entry.job.enqueuedAt.milliseconds)
            statement.bind(insertBlock.parameter(2, ofRow: row), settlements[settlement].startedAt.milliseconds)
            statement.bind(insertBlock.parameter(3, ofRow: row), settlements[settlement].endedAt.milliseconds)
        }
        try statement.run()
    }

    func insert(_ row: StoredJob, _ ending: Ending) throws(SQLiteFailure) {
        try bind(row.job, row.lane, to: insertOther)
        insertOther.bind(10, ending.state.rawValue)
        insertOther.bind(11, ending.attempt)
        insertOther.bind(12, ending.startedAt?.milliseconds)
        insertOther.bind(13, ending.finishedAt.milliseconds)
        try insertOther.bind(14, ending.worker)
        insertOther.bind(15, nil as Int64?)
        insertOther.bind(16, ending.failure.map { Int64($0.cause.rawValue) })
        try insertOther.bind(17, ending.failure?.type)
        try insertOther.bind(18, ending.failure?.message)
        try insertOther.run(19, blob: row.job.payload)
    }

    private func bind(_ job: ReadyJob, _ lane: LaneNumber, to statement: Statement) throws(SQLiteFailure) {
        statement.bind(1, job.id.rawValue)
        statement.bind(2, lane.queue)
        statement.bind(3, Int(lane.priority.rawValue))
        try statement.bind(4, job.type)
        statement.bind(5, Int(job.maxAttempts))
        statement.bind(6, job.timeoutMilliseconds)
        statement.bind(7, job.enqueuedAt.milliseconds)
        statement.bind(8, Int(job.crashes))
        try statement.bind(9, job.requestID)
    }

    private func insert(_ result: [UInt8], at finishedAt: Timestamp) throws(SQLiteFailure) -> Int64 {
        lastResult += 1
        insertResult.bind(1, lastResult)
        insertResult.bind(2, finishedAt.milliseconds)
        try insertResult.run(3, blob: result)
        return lastResult
    }

    func insert(_ attempt: AttemptRecord, of id: JobID) throws(SQLiteFailure) {
        insertAttempt.bind(1, id.rawValue)
        insertAttempt.bind(2, attempt.attempt)
        try insertAttempt.bind(3, attempt.worker)
        insertAttempt.bind(4, attempt.startedAt.milliseconds)
        insertAttempt.bind(5, attempt.endedAt.milliseconds)
        insertAttempt.bind(6, attempt.failure.cause.rawValue)
        try insertAttempt.bind(7, attempt.failure.type)
        try insertAttempt.bind(8, attempt.failure.message)
        try insertAttempt.run()
        dropAttempts.bind(1, id.rawValue)
        dropAttempts.bind(2, JobRecord.attemptsKept)
        try dropAttempts.run()
    }

    /// The state of a finished job; `nil` when it is none.
    func state(of id: JobID) throws(SQLiteFailure) -> JobState? {
        state.bind(1, id.rawValue)
        return try state.first { JobState(rawValue: Int($0.int(0))) } ?? nil
    }

    /// How a job ends that does not run: with what is known of its last attempt.
    func ending(of id: JobID, as state: JobState, at now: Timestamp, failure: Failure) throws(SQLiteFailure) -> Ending {
        lastAttempt.bind(1, id.rawValue)
        let last = try lastAttempt.first {
            (attempt: Int($0.int(0)), worker: $0.text(1), startedAt: Timestamp(milliseconds: $0.int(2)))
        }
        return Ending(
            state: state, attempt: last?.attempt ?? 0, startedAt: last?.startedAt, finishedAt: now,
            worker: last?.worker, failure: failure)
    }
}
