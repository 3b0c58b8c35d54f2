import JobModel
import JobStore

/// The tables of unfinished jobs.
enum Shelf: String, CaseIterable {
    case ready
    case backlog
    case pending
}

/// An unfinished job as its row has it.
struct StoredJob: Sendable {
    let job: ReadyJob
    let lane: LaneNumber
}

/// The rows of unfinished jobs: how they are written, moved and read by the writer.
final class Rows {
    private let intoReady: Statement
    private let intoBacklog: Statement
    private let intoPending: Statement
    private let blockIntoReady: BlockInsert
    private let blockIntoBacklog: BlockInsert
    private let payloads = PayloadBlock()
    private let remove: [Shelf: Statement]
    private let find: [Shelf: Statement]
    private let crashed: [Shelf: Statement]
    private let due: Statement
    private let nextDue: Statement
    private let fetch: Statement

    private static let columns =
        "id, queue, priority, type, max_attempts, timeout_ms, enqueued_at, crashes, used, request_id"

    init(_ connection: Connection) throws {
        func each(_ sql: (Shelf) -> String) throws -> [Shelf: Statement] {
            var statements: [Shelf: Statement] = [:]
            for shelf in Shelf.allCases { statements[shelf] = try connection.prepare(sql(shelf)) }
            return statements
        }
        let columns = Self.columns
        let insert = "(\(columns), payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        intoReady = try connection.prepare("INSERT INTO ready \(insert)")
        intoBacklog = try connection.prepare("INSERT INTO backlog \(insert)")
        intoPending = try connection.prepare(
            """
            INSERT INTO pending (\(columns), payload, run_at, reason)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """)
        let common = ["queue", "priority", "type", "max_attempts", "timeout_ms", "crashes", "used", "request_id"]
        let own = ["id", "enqueued_at", "payload"]
        blockIntoReady = try BlockInsert(connection, into: "ready", common: common, own: own)
        blockIntoBacklog = try BlockInsert(connection, into: "backlog", common: common, own: own)
        remove = try each { "DELETE FROM \($0.rawValue) WHERE id BETWEEN ?1 AND ?2" }
        find = try each { "SELECT \(columns), payload FROM \($0.rawValue) WHERE id = ?1" }
        crashed = try each { "UPDATE \($0.rawValue) SET crashes = ?2 WHERE id = ?1" }
        due = try connection.prepare(
            "SELECT \(columns), payload FROM pending WHERE run_at <= ?1 ORDER BY run_at LIMIT ?2")
        nextDue = try connection.prepare("SELECT run_at FROM pending ORDER BY run_at LIMIT 1")
        fetch = try connection.prepare(
            """
            SELECT \(columns), payload FROM backlog
            WHERE queue = ?1 AND priority = ?2 AND id > ?3 ORDER BY id
            """)
    }

    // MARK: Writing

    func insert(_ job: ReadyJob, lane: LaneNumber) throws(SQLiteFailure) {
        let statement = job.isSpilled ? intoBacklog : intoReady
        try bind(job, lane: lane, to: statement)
        try statement.run(11, blob: job.payload)
    }

    /// Several that go into the same table.
    func insert(_ jobs: ArraySlice<ReadyJob>, lane: LaneNumber) throws(SQLiteFailure) {
        var next = jobs.startIndex
        while next < jobs.endIndex {
            let end = next + BlockInsert.rows
            if end <= jobs.endIndex, ReadyJob.areAlike(jobs[next..<end]) {
                try insertBlock(jobs[next..<end], lane: lane)
                next = end
            } else {
                try insert(jobs[next], lane: lane)
                next += 1
            }
        }
    }

    private func insertBlock(_ jobs: ArraySlice<ReadyJob>, lane: LaneNumber) throws(SQLiteFailure) {
        let first = jobs[jobs.startIndex]
        let block = first.isSpilled ? blockIntoBacklog : blockIntoReady
        let statement = block.statement
        statement.bind(1, lane.queue)
        statement.bind(2, Int(lane.priority.rawValue))
        try statement.bind(3, first.type)
        statement.bind(4, Int(first.maxAttempts))
        statement.bind(5, first.timeoutMilliseconds)
        statement.bind(6, Int(first.crashes))
        statement.bind(7, Int(first.used))
        try statement.bind(8, first.requestID)
        payloads.removeAll()
        for row in 0..<BlockInsert.rows {
            let index = jobs.startIndex + row
            statement.bind(block.parameter(0, ofRow: row), jobs[index].id.rawValue)
            statement.bind(block.parameter(1, ofRow: row), jobs[index].enqueuedAt.milliseconds)
            try statement.bind(block.parameter(2, ofRow: row), inPlace: payloads.add(jobs[index].payload))
        }
        try statement.run()
    }

    func insertPending(
        _ job: ReadyJob, lane: LaneNumber, until: Timestamp, reason: PendingReason
    ) throws(SQLiteFailure) {
        try bind(job, lane: lane, to: intoPending)
        intoPending.bind(12, until.milliseconds)
        intoPending.bind(13, reason.rawValue)
        try intoPending.run(11, blob: job.payload)
    }

    private func bind(_ job: ReadyJob, lane: LaneNumber, to statement: Statement) throws(SQLiteFailure) {
        statement.bind(1, job.id.rawValue)
        statement.bind(2, lane.queue)
        statement.bind(3, Int(lane.priority.rawValue))
        try statement.bind(4, job.type)
        statement.bind(5, Int(job.maxAttempts))
        statement.bind(6, job.timeoutMilliseconds)
        statement.bind(7, job.enqueuedAt.milliseconds)
        statement.bind(8, Int(job.crashes))
        statement.bind(9, Int(job.used))
        try statement.bind(10, job.requestID)
    }

    func delete(_ id: JobID, from shelf: Shelf) throws(SQLiteFailure) {
        try delete(id.rawValue...id.rawValue, from: shelf)
    }

    /// Deletes a run of neighbours, all of which have to be there to be deleted: one statement for many rows.
    func delete(_ run: ClosedRange<Int64>, from shelf: Shelf) throws(SQLiteFailure) {
        guard let statement = remove[shelf] else { return }
        statement.bind(1, run.lowerBound)
        statement.bind(2, run.upperBound)
        try statement.run()
    }

    func setCrashes(_ crashes: Int32, of id: JobID, in shelf: Shelf) throws(SQLiteFailure) {
        guard let statement = crashed[shelf] else { return }
        statement.bind(1, id.rawValue)
        statement.bind(2, Int(crashes))
        try statement.run()
    }

    // MARK: Reading

    /// The row of an unfinished job, and where it lies.
    func find(_ id: JobID) throws(SQLiteFailure) -> (row: StoredJob, shelf: Shelf)? {
        for shelf in Shelf.allCases {
            guard let statement = find[shelf] else { continue }
            statement.bind(1, id.rawValue)
            if let row = try statement.first({ Self.read($0, isSpilled: shelf == .backlog) }) { return (row, shelf) }
        }
        return nil
    }

    func due(at now: Timestamp, limit: Int) throws(SQLiteFailure) -> [StoredJob] {
        due.bind(1, now.milliseconds)
        due.bind(2, limit)
        var rows: [StoredJob] = []
        while try due.step() { rows.append(Self.read(due, isSpilled: false)) }
        return rows
    }

    func firstDue() throws(SQLiteFailure) -> Timestamp? {
        try nextDue.first { Timestamp(milliseconds: $0.int(0)) }
    }

    /// Reads on in the backlog of a lane until there is no room left. `reachedEnd`: nothing lies behind.
    func fetch(
        _ lane: LaneNumber, after: JobID, upTo obliged: JobID, room: (jobs: Int, bytes: Int)
    ) throws(SQLiteFailure) -> (jobs: [ReadyJob], reachedEnd: Bool) {
        fetch.bind(1, lane.queue)
        fetch.bind(2, Int(lane.priority.rawValue))
        fetch.bind(3, after.rawValue)
        var jobs: [ReadyJob] = []
        var bytes = 0
        while try fetch.step() {
            let isObliged = JobID(fetch.int(0)) <= obliged
            let fits = jobs.isEmpty || (jobs.count < room.jobs && bytes < room.bytes)
            guard isObliged || fits else {
                fetch.reset()
                return (jobs, false)
            }
            let job = Self.read(fetch, isSpilled: true).job
            bytes += job.weight
            jobs.append(job)
        }
        return (jobs, true)
    }

    static func everyReady(_ connection: Connection, _ receive: (StoredJob) -> Void) throws(SQLiteFailure) {
        let all = try connection.prepare("SELECT \(columns), payload FROM ready ORDER BY id")
        while try all.step() { receive(read(all, isSpilled: false)) }
    }

    private static func read(_ row: Statement, isSpilled: Bool) -> StoredJob {
        let job = ReadyJob(
            id: JobID(row.int(0)), type: row.text(3), payload: row.blob(10), requestID: row.optionalText(9),
            timeoutMilliseconds: row.int(5), enqueuedAt: Timestamp(milliseconds: row.int(6)),
            maxAttempts: Int32(clamping: row.int(4)), used: Int32(clamping: row.int(8)),
            crashes: Int32(clamping: row.int(7)), isSpilled: isSpilled)
        let lane = LaneNumber(queue: Int(row.int(1)), priority: Priority(row.int(2)) ?? .normal)
        return StoredJob(job: job, lane: lane)
    }
}

extension ReadyJob {
    /// The table that its row lies in while it waits or runs.
    var shelf: Shelf { isSpilled ? .backlog : .ready }

    /// Whether the jobs, all of one table, differ only in what each row of a block has of its own.
    fileprivate static func areAlike(_ jobs: ArraySlice<ReadyJob>) -> Bool {
        let first = jobs[jobs.startIndex]
        var bytes = 0
        for index in jobs.indices {
            guard jobs[index].type == first.type, jobs[index].maxAttempts == first.maxAttempts,
                jobs[index].timeoutMilliseconds == first.timeoutMilliseconds,
                jobs[index].crashes == first.crashes, jobs[index].used == first.used,
                jobs[index].requestID == first.requestID
            else { return false }
            bytes += jobs[index].payload.count
        }
        return bytes <= PayloadBlock.capacity
    }
}
