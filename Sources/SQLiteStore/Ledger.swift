import JobModel
import JobStore

/// The writer's side of the store: the tables, and what has to be added up or taken back with a transaction.
final class Ledger {
    let connection: Connection
    let memory: SharedMemory
    let rows: Rows
    let finished: FinishedRows
    let keys: KeyRows
    let old: OldRows
    let pools: PoolRows
    private let begin: Statement
    private let commit: Statement
    private let rollBack: Statement
    private let insertQueue: Statement
    private let addToTally: Statement
    private let insertWish: Statement
    private let deleteWish: Statement

    /// The last id that was given out.
    var lastID: Int64
    /// How many names of queues are on disk; the rest follows with the next commit.
    private var storedQueues: Int
    /// How many jobs ended in this transaction.
    private var ended: [Ended: Int] = [:]
    private var lastEnded: Ended?
    private var endedRun = 0
    /// The lanes that this transaction put jobs into, and what was away of them before.
    private var touched: [LaneNumber: ReadyLane.Tail] = [:]
    private var lastTouched: LaneNumber?

    private struct Ended: Hashable {
        let queue: Int
        let state: JobState
    }

    init(_ connection: Connection, memory: SharedMemory, lastID: Int64) throws {
        self.connection = connection
        self.memory = memory
        self.lastID = lastID
        storedQueues = memory.withLock { $0.names.count }
        rows = try Rows(connection)
        finished = try FinishedRows(connection)
        keys = try KeyRows(connection)
        old = try OldRows(connection)
        pools = try PoolRows(connection)
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollBack = try connection.prepare("ROLLBACK")
        insertQueue = try connection.prepare("INSERT INTO queues (number, name) VALUES (?1, ?2)")
        addToTally = try connection.prepare(
            """
            INSERT INTO tallies (queue, state, count) VALUES (?1, ?2, ?3)
            ON CONFLICT (queue, state) DO UPDATE SET count = count + excluded.count
            """)
        insertWish = try connection.prepare("INSERT OR IGNORE INTO cancelling (job, asked_at) VALUES (?1, ?2)")
        deleteWish = try connection.prepare("DELETE FROM cancelling WHERE job = ?1")
    }

    // MARK: Transactions

    /// Runs `body` in a transaction that is on disk when this returns, or has left nothing behind when it throws.
    func transaction(_ body: () throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
        do throws(SQLiteFailure) {
            try begin.run()
            try body()
            try addUp()
            try commit.run()
        } catch {
            // Some errors end the transaction by themselves; what cannot be rolled back any more has gone already.
            if connection.isInTransaction { try? rollBack.run() }
            endedRun = 0
            ended.removeAll(keepingCapacity: true)
            throw error
        }
        ended.removeAll(keepingCapacity: true)
        storedQueues = namesInMemory
    }

    private var namesInMemory = 0

    private func addUp() throws(SQLiteFailure) {
        let names = memory.withLock { $0.names.names }
        namesInMemory = names.count
        for number in storedQueues..<max(storedQueues, names.count) {
            insertQueue.bind(1, number)
            try insertQueue.bind(2, names[number])
            try insertQueue.run()
        }
        bookRun()
        for (key, count) in ended {
            addToTally.bind(1, key.queue)
            addToTally.bind(2, key.state.rawValue)
            addToTally.bind(3, count)
            try addToTally.run()
        }
    }

    /// To be called with the memory locked when the transaction is over.
    func close(_ memory: inout StoreMemory, failed: Bool) {
        for (number, tail) in touched {
            memory.ready.withLane(number) { lane in
                lane.keepPromises()
                if failed { lane.tail = tail }
            }
        }
        touched.removeAll(keepingCapacity: true)
        lastTouched = nil
    }

    // MARK: What the verbs need

    /// Remembers what was away of a lane before this transaction, so that a failure can restore it.
    func touch(_ number: LaneNumber, in memory: inout StoreMemory) {
        guard lastTouched != number else { return }
        lastTouched = number
        if touched[number] == nil { touched[number] = memory.ready.withLane(number) { $0.tail } }
    }

    /// Decides whether a job that begins to wait is at hand; its row has to go to the backlog otherwise.
    func admit(_ id: JobID, weight: Int, to number: LaneNumber, in memory: inout StoreMemory) -> Bool {
        touch(number, in: &memory)
        let window = memory.ready.window
        return memory.ready.withLane(number) { $0.admit(id, weight: weight, window: window) }
    }

    /// Writes how a job ended that did not complete. Its row has to be deleted where it lay.
    func end(_ row: StoredJob, _ ending: Ending) throws(SQLiteFailure) {
        try finished.insert(row, ending)
        count(ending.state, of: row.lane.queue)
    }

    func complete(
        _ job: ReadyJob, lane: LaneNumber, _ settlement: Settlement, result: [UInt8]
    ) throws(SQLiteFailure) {
        try finished.insertCompleted(job, lane: lane, settlement, result: result)
        count(.completed, of: lane.queue)
    }

    /// The same for a block of jobs that are alike.
    func complete(_ block: ArraySlice<TakenLease>, _ settlements: [Settlement]) throws(SQLiteFailure) {
        try finished.insertCompleted(block, settlements)
        if let first = block.first { count(.completed, of: first.entry.lane.queue, jobs: block.count) }
    }

    private func count(_ state: JobState, of queue: Int, jobs: Int = 1) {
        let key = Ended(queue: queue, state: state)
        // Mostly the same as before: the dictionary is asked once a run.
        if key != lastEnded {
            bookRun()
            lastEnded = key
        }
        endedRun += jobs
    }

    private func bookRun() {
        if let lastEnded, endedRun > 0 { ended[lastEnded, default: 0] += endedRun }
        endedRun = 0
    }

    /// Notes durably that a running job is to end as cancelled.
    func wish(_ id: JobID, at now: Timestamp) throws(SQLiteFailure) {
        insertWish.bind(1, id.rawValue)
        insertWish.bind(2, now.milliseconds)
        try insertWish.run()
    }

    func forgetWish(_ id: JobID) throws(SQLiteFailure) {
        deleteWish.bind(1, id.rawValue)
        try deleteWish.run()
    }

    /// Where a job stands at this point of the transaction.
    func state(of id: JobID) throws(SQLiteFailure) -> JobState {
        let entry = memory.withLock { $0.leases[id] }
        if let entry, !entry.isSettling { return entry.cancelledAt == nil ? .processing : .cancelling }
        if let state = try finished.state(of: id) { return state }
        return try rows.find(id)?.shelf == .pending ? .pending : .queued
    }

    /// Puts a job back that had been leased: `nil` when others before it are away, so that it has to go there too.
    /// Otherwise the caller inserts it into its lane once the transaction is over.
    func giveBack(_ job: ReadyJob, to lane: LaneNumber, changed: Bool) throws(SQLiteFailure) -> StoredJob? {
        let isAtHand = memory.withLock { memory in
            touch(lane, in: &memory)
            return memory.ready.withLane(lane) { $0.readmit(job.id, weight: job.weight) }
        }
        if changed { try rows.setCrashes(job.crashes, of: job.id, in: job.shelf) }
        if isAtHand { return StoredJob(job: job, lane: lane) }
        if !job.isSpilled {
            try rows.delete(job.id, from: .ready)
            var spilled = job
            spilled.isSpilled = true
            try rows.insert(spilled, lane: lane)
        }
        return nil
    }

    /// Brings jobs of a lane from the backlog into memory. Not within a transaction.
    func fetch(_ number: LaneNumber) throws(SQLiteFailure) {
        let (horizon, end, room) = memory.withLock { memory in
            let window = memory.ready.window
            return memory.ready.withLane(number) { ($0.horizon, $0.end, $0.room(in: window)) }
        }
        let found = try rows.fetch(number, after: horizon, upTo: end, room: room)
        memory.withLock { memory in
            // A job that runs has its row there still; it had been at hand before the lane was cut.
            let waiting = found.jobs.filter { memory.leases[$0.id] == nil }
            let through = found.jobs.last?.id ?? horizon
            memory.ready.withLane(number) { $0.takeIn(waiting, through: through, reachedEnd: found.reachedEnd) }
        }
    }
}
