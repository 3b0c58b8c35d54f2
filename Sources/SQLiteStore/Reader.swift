import JobModel
import JobStore

/// What is handed to the reading thread.
typealias ReadRequest = @Sendable (Reader) -> Void

/// Reads for people, over a connection of its own, so that they never wait for the writer nor it for them.
final class Reader {
    let connection: Connection
    let memory: SharedMemory
    private let inbox: Inbox<ReadRequest>
    private let one: [Statement]
    private let attempts: Statement
    private let result: Statement
    private let old: Statement
    private let oldResult: Statement

    init(_ path: String, memory: SharedMemory, inbox: Inbox<ReadRequest>) throws {
        connection = try Connection(path: path, access: .read)
        try connection.execute("PRAGMA cache_size = -2048; PRAGMA query_only = ON;")
        self.memory = memory
        self.inbox = inbox
        one = try RecordTable.allCases.map { [connection] in
            try connection.prepare("\($0.select(withPayload: true)) WHERE job.id = ?1")
        }
        attempts = try connection.prepare(
            """
            SELECT attempt, worker, started_at, ended_at, cause, failure_type, message FROM attempts
            WHERE job = ?1 ORDER BY number
            """)
        result = try connection.prepare(
            "SELECT body FROM results WHERE number = (SELECT result FROM finished WHERE id = ?1)")
        old = try connection.prepare(
            "SELECT id, enqueued_at, finished_at FROM finished WHERE id > ?1 ORDER BY id LIMIT \(Self.step)")
        oldResult = try connection.prepare("SELECT number, finished_at FROM results ORDER BY number LIMIT \(Self.step)")
    }

    /// How many rows are pruned at once.
    private static let step = 500

    /// Works until the inbox is closed and empty.
    func run() {
        while let requests = inbox.take(limit: 1, patience: .endless, weight: { _ in 1 }) {
            for request in requests { request(self) }
        }
    }

    func find(_ id: JobID) throws(SQLiteFailure) -> JobRecord? {
        while true {
            let before = memory.withLock { $0.leases[id] }
            guard var record = try snapshot({ () throws(SQLiteFailure) in try read(id) }) else { return nil }
            let after = memory.withLock { $0.leases[id] }
            // The lease ended while the row was read: what the row says may be older than the lease.
            if before != nil && after == nil && !record.state.isFinished { continue }
            record.overlay(after)
            return record
        }
    }

    /// Runs several statements on one and the same state of the database.
    private func snapshot<Value>(_ body: () throws(SQLiteFailure) -> Value) throws(SQLiteFailure) -> Value {
        try connection.execute("BEGIN")
        do throws(SQLiteFailure) {
            let value = try body()
            try connection.execute("COMMIT")
            return value
        } catch {
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    private func read(_ id: JobID) throws(SQLiteFailure) -> JobRecord? {
        let names = memory.withLock { $0.names }
        for statement in one {
            statement.bind(1, id.rawValue)
            guard var record = try statement.first({ JobRecord($0, names: names) }) else { continue }
            attempts.bind(1, id.rawValue)
            while try attempts.step() { record.attempts.append(AttemptRecord(attempts)) }
            if record.state.isFinished {
                result.bind(1, id.rawValue)
                record.result = try result.first { $0.blob(0) }
            }
            return record
        }
        return nil
    }

    // MARK: What is old

    /// One step of the search for jobs that finished before an instant.
    struct OldStep: Sendable {
        /// Where the next step begins.
        let end: JobID
        /// From the first to the last of them in this step; `nil` when there is none.
        let range: ClosedRange<JobID>?
    }

    /// Looks through the next finished jobs, which lie in the order in which they were enqueued: once all of a step
    /// were enqueued later than the instant, none behind them can have finished before it. `nil` at the end.
    func oldJobs(after: JobID, before: Timestamp) throws(SQLiteFailure) -> OldStep? {
        old.bind(1, after.rawValue)
        var end: JobID?
        var range: ClosedRange<JobID>?
        var isPast = true
        while try old.step() {
            let id = JobID(old.int(0))
            end = id
            if old.int(1) < before.milliseconds { isPast = false }
            if old.int(2) < before.milliseconds { range = (range?.lowerBound ?? id)...id }
        }
        guard let end, !isPast || range != nil else { return nil }
        return OldStep(end: end, range: range)
    }

    /// The number up to which results should be dropped next; `nil` when none is old.
    func oldResults(before: Timestamp) throws(SQLiteFailure) -> Int64? {
        var last: Int64?
        while try oldResult.step() {
            if oldResult.int(1) < before.milliseconds { last = oldResult.int(0) }
        }
        return last
    }
}
