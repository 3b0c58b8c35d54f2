import JobStore

/// The tables, and the rule for changing them.
///
/// **Rule.** `version` goes up by one with every change of a table, an index or the meaning of a column, and `prepare`
/// gets a step that brings the version before to it in one transaction; a step is never changed once released. A program
/// refuses a version newer than its own. The numbers of `JobState`, `PendingReason` and `FailureCause` belong to the
/// schema.
///
/// **Versions.** 2: the cause `memory` of a failure and the reason `memory` of a wait; the tables are those of 1.
/// 3: `pool_settings` and `pool_history`.
///
/// **Where a job lies.** Unfinished jobs lie in one of three tables with the same columns, so that each stays small for
/// what is done with it: `ready` holds what is in memory and is the only one the normal path touches; it has no index to
/// pay for and is all that a start has to read. `backlog` holds what found no room in memory, in the order it is fetched.
/// `pending` holds what is not due. A job that finished is deleted there and inserted into `finished`.
///
/// **Why finishing deletes and inserts.** Measured over the C API (200-byte payloads, batches of 100, 500 and 1000,
/// durable, medians on four cores): an UPDATE in place costs 4.4 µs a job and leaves 294 bytes of every job behind, for
/// ever mixed with those that live; DELETE and INSERT with the payload 4.9 µs and 275 bytes; without the payload 4.5 µs
/// and 67 bytes; the same with neighbours deleted by one range statement 3.9 µs. So completed jobs leave their payload
/// behind, and those that ended badly keep it: somebody may want to run them again.
enum Schema {
    static let version = 3
    /// "jobs" in ASCII: tells a store from other people's databases.
    static let applicationID = 0x6a6f_6273

    private static let jobColumns = """
        id INTEGER PRIMARY KEY,
        queue INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        type TEXT NOT NULL,
        max_attempts INTEGER NOT NULL,
        timeout_ms INTEGER NOT NULL,
        enqueued_at INTEGER NOT NULL,
        crashes INTEGER NOT NULL,
        request_id TEXT
        """

    private static let unfinishedColumns = jobColumns + ", used INTEGER NOT NULL"

    private static let statements = """
        -- One row. last_id: the highest id that pruning may have removed; ids are never used twice.
        -- last_result: the same for the numbers of results.
        -- epoch: how often the store was opened; lease tokens of different epochs never meet.
        CREATE TABLE store (last_id INTEGER NOT NULL, last_result INTEGER NOT NULL, epoch INTEGER NOT NULL) STRICT;
        INSERT INTO store VALUES (0, 0, 0);

        CREATE TABLE queues (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

        CREATE TABLE ready (\(unfinishedColumns), payload BLOB NOT NULL) STRICT;

        CREATE TABLE backlog (\(unfinishedColumns), payload BLOB NOT NULL) STRICT;
        CREATE INDEX backlog_lane ON backlog (queue, priority, id);

        CREATE TABLE pending (
            \(unfinishedColumns), run_at INTEGER NOT NULL, reason INTEGER NOT NULL, payload BLOB NOT NULL
        ) STRICT;
        CREATE INDEX pending_due ON pending (run_at, queue);

        -- Running jobs whose end was asked for: a restart ends them as cancelled.
        CREATE TABLE cancelling (job INTEGER PRIMARY KEY, asked_at INTEGER NOT NULL) STRICT;

        CREATE TABLE finished (
            \(jobColumns),
            state INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER NOT NULL,
            worker TEXT,
            result INTEGER,
            cause INTEGER,
            failure_type TEXT,
            message TEXT,
            payload BLOB
        ) STRICT;
        -- The few that ended badly, among millions that did not.
        CREATE INDEX finished_badly ON finished (id) WHERE state <> 5;

        -- Numbered in the order of their coming, which is the order of their going: no index needed.
        CREATE TABLE results (number INTEGER PRIMARY KEY, finished_at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;

        CREATE TABLE attempts (
            number INTEGER PRIMARY KEY,
            job INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            worker TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER NOT NULL,
            cause INTEGER NOT NULL,
            failure_type TEXT NOT NULL,
            message TEXT NOT NULL
        ) STRICT;
        CREATE INDEX attempts_job ON attempts (job);

        -- Idempotency keys, apart: jobs without one pay nothing.
        CREATE TABLE keys (key TEXT PRIMARY KEY, job INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX keys_job ON keys (job);

        -- How many jobs ever ended in each state: kept with each commit, since counting ten million rows takes seconds.
        CREATE TABLE tallies (
            queue INTEGER NOT NULL, state INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (queue, state)
        ) STRICT, WITHOUT ROWID;

        \(poolTables)
        """

    /// What people have set for pools, and what was decided for them.
    private static let poolTables = """
        CREATE TABLE pool_settings (pool TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE pool_history (
            number INTEGER PRIMARY KEY, pool TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX pool_history_pool ON pool_history (pool);
        """

    /// Makes the tables in an empty database, or checks that those that are there can be used. Before anything is written.
    static func prepare(_ connection: Connection) throws {
        let owner = Int(try connection.number("PRAGMA application_id"))
        let found = Int(try connection.number("PRAGMA user_version"))
        if try connection.number("SELECT count(*) FROM sqlite_schema") == 0, owner == 0, found == 0 {
            // One transaction: a process that dies half-way leaves an empty database.
            try connection.execute(
                """
                BEGIN IMMEDIATE;
                \(statements)
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = \(version);
                COMMIT;
                """)
            return
        }
        guard owner == applicationID else {
            throw StoreError.damaged("the file is a database, but not one of jobs")
        }
        guard found <= version else { throw StoreError.tooNew(found: found, known: version) }
        guard found < version else { return }
        // An older program would not know the new numbers and tables, so it must not open the store any more.
        try connection.execute(
            """
            BEGIN IMMEDIATE;
            \(found < 3 ? poolTables : "")
            PRAGMA user_version = \(version);
            COMMIT;
            """)
    }
}
