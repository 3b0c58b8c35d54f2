import JobModel
import JobStore

/// How a job ended, beside what its row had said before.
struct Ending {
    let state: JobState
    /// The attempt that ended it, or the last one before; 0 when none ever ran.
    let attempt: Int
    var startedAt: Timestamp?
    let finishedAt: Timestamp
    var worker: String?
    var result: [UInt8] = []
    var failure: Failure?
}

/// The rows of finished jobs, their results, and the attempts that did not complete a job.
final class FinishedRows {
    private let insertCompleted: Statement
    private let insertOther: Statement
    private let insertResult: Statement
    private let insertAttempt: Statement
    private let dropAttempts: Statement
    private let lastAttempt: Statement
    private let state: Statement
    private var lastResult: Int64

    init(_ connection: Connection) throws {
        let columns = """
            id, queue, priority, type, max_attempts, timeout_ms, enqueued_at, crashes, state, attempt, started_at,
            finished_at, worker, result
            """
        let marks = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14"
        insertCompleted = try connection.prepare("INSERT INTO finished (\(columns)) VALUES (\(marks))")
        insertOther = try connection.prepare(
            """
            INSERT INTO finished (\(columns), cause, failure_type, message, payload)
            VALUES (\(marks), ?15, ?16, ?17, ?18)
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
        lastResult = try connection.number("SELECT coalesce(max(number), 0) FROM results")
    }

    func insert(_ row: StoredJob, _ ending: Ending) throws(SQLiteFailure) {
        let isCompleted = ending.state == .completed
        let statement = isCompleted ? insertCompleted : insertOther
        let job = row.job
        statement.bind(1, job.id.rawValue)
        statement.bind(2, row.lane.queue)
        statement.bind(3, Int(row.lane.priority.rawValue))
        try statement.bind(4, job.type)
        statement.bind(5, Int(job.maxAttempts))
        statement.bind(6, job.timeoutMilliseconds)
        statement.bind(7, job.enqueuedAt.milliseconds)
        statement.bind(8, Int(job.crashes))
        statement.bind(9, ending.state.rawValue)
        statement.bind(10, ending.attempt)
        statement.bind(11, ending.startedAt?.milliseconds)
        statement.bind(12, ending.finishedAt.milliseconds)
        try statement.bind(13, ending.worker)
        statement.bind(14, try insertResult(of: ending))
        if isCompleted {
            try statement.run()
        } else {
            statement.bind(15, ending.failure.map { Int64($0.cause.rawValue) })
            try statement.bind(16, ending.failure?.type)
            try statement.bind(17, ending.failure?.message)
            try statement.run(18, blob: job.payload)
        }
    }

    private func insertResult(of ending: Ending) throws(SQLiteFailure) -> Int64? {
        guard !ending.result.isEmpty else { return nil }
        lastResult += 1
        insertResult.bind(1, lastResult)
        insertResult.bind(2, ending.finishedAt.milliseconds)
        try insertResult.run(3, blob: ending.result)
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
