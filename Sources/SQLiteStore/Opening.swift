import JobModel
import JobStore

/// How the writer comes to its connection and its memory.
enum Opening {
    static func connect(_ options: SQLiteOptions) throws -> Connection {
        let connection = try Connection(path: options.path, access: .write)
        // Looks before it touches: the file may belong to somebody else.
        try Schema.prepare(connection)
        let mode = try connection.prepare("PRAGMA journal_mode = WAL").first { $0.text(0) }
        guard mode == "wal" else {
            throw StoreError.unavailable("SQLite refuses write-ahead logging on this file system")
        }
        try connection.execute(
            """
            PRAGMA synchronous = \(options.synchronous.rawValue);
            PRAGMA cache_size = -8192;
            PRAGMA temp_store = MEMORY;
            """)
        connection.watchLog()
        return connection
    }

    /// Fills the memory and gives the ledger that goes with it. Reads what is ready and the first of what is away,
    /// however much waits.
    static func load(_ connection: Connection, into memory: SharedMemory) throws -> Ledger {
        try loadNames(connection, memory)
        let ledger = try Ledger(connection, memory: memory, lastID: lastID(connection))
        try ledger.transaction { () throws(SQLiteFailure) in
            try connection.execute("UPDATE store SET epoch = epoch + 1")
            try endCancelled(ledger)
        }
        let epoch = UInt32(truncatingIfNeeded: try connection.number("SELECT epoch FROM store"))
        memory.withLock { $0.leases = Leases(epoch: epoch) }
        try loadTally(connection, memory)
        try loadReady(connection, memory)
        try loadBacklog(connection, memory, ledger)
        return ledger
    }

    private static func loadNames(_ connection: Connection, _ memory: SharedMemory) throws {
        let queues = try connection.prepare("SELECT number, name FROM queues ORDER BY number")
        while try queues.step() {
            let name = queues.text(1)
            guard memory.withLock({ $0.names.intern(name) }) == Int(queues.int(0)) else {
                throw StoreError.damaged("the table of queues has a gap before \(name)")
            }
        }
    }

    private static func lastID(_ connection: Connection) throws -> Int64 {
        try connection.number(
            """
            SELECT max((SELECT last_id FROM store),
                coalesce((SELECT max(id) FROM ready), 0), coalesce((SELECT max(id) FROM backlog), 0),
                coalesce((SELECT max(id) FROM pending), 0), coalesce((SELECT max(id) FROM finished), 0))
            """)
    }

    /// Jobs whose end was asked for while they ran: nobody runs them any more.
    private static func endCancelled(_ ledger: Ledger) throws(SQLiteFailure) {
        let wishes = try ledger.connection.prepare("SELECT job, asked_at FROM cancelling")
        while try wishes.step() {
            let id = JobID(wishes.int(0))
            guard let (row, shelf) = try ledger.rows.find(id) else { continue }
            try ledger.rows.delete(id, from: shelf)
            let ending = try ledger.finished.ending(
                of: id, as: .cancelled, at: Timestamp(milliseconds: wishes.int(1)), failure: .cancelled)
            try ledger.end(row, ending)
        }
        try ledger.connection.execute("DELETE FROM cancelling")
    }

    private static func loadTally(_ connection: Connection, _ memory: SharedMemory) throws {
        let ended = try connection.prepare("SELECT queue, state, count FROM tallies")
        while try ended.step() {
            guard let state = JobState(rawValue: Int(ended.int(1))) else {
                throw StoreError.damaged("unknown state \(ended.int(1)) in the table of counts")
            }
            memory.withLock { $0.tally.add(Int(ended.int(2)), to: state, of: Int(ended.int(0))) }
        }
        let pending = try connection.prepare("SELECT queue, count(*) FROM pending GROUP BY queue")
        while try pending.step() {
            memory.withLock { $0.tally.add(Int(pending.int(1)), to: .pending, of: Int(pending.int(0))) }
        }
    }

    private static func loadReady(_ connection: Connection, _ memory: SharedMemory) throws {
        try Rows.everyReady(connection) { row in
            memory.withLock { memory in
                memory.ready.insert(row.job, into: row.lane)
                memory.tally.add(1, to: .queued, of: row.lane.queue)
            }
        }
    }

    /// Counts what is away, and fetches of it what comes before anything at hand, then as much as there is room for.
    private static func loadBacklog(_ connection: Connection, _ memory: SharedMemory, _ ledger: Ledger) throws {
        let lanes = try connection.prepare("SELECT queue, priority, count(*) FROM backlog GROUP BY queue, priority")
        while try lanes.step() {
            let number = LaneNumber(queue: Int(lanes.int(0)), priority: Priority(lanes.int(1)) ?? .normal)
            let away = Int(lanes.int(2))
            memory.withLock { memory in
                memory.tally.add(away, to: .queued, of: number.queue)
                memory.ready.withLane(number) { $0.tail = ReadyLane.Tail(away: away, horizon: JobID(0)) }
            }
            try ledger.fetch(number)
        }
    }
}
