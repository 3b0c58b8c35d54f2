import JobModel
import JobStore

extension Reader {
    func list(_ filter: JobFilter) throws(SQLiteFailure) -> [JobRecord] {
        guard filter.limit > 0 else { return [] }
        switch filter.state {
        case .processing, .cancelling: return try listRunning(filter)
        case .queued: return try listQueued(filter)
        case .pending: return try page(.pending, filter)
        case .cancelled, .completed, .failed, .timeout, .expired: return try page(.finished, filter)
        case nil: return try listAll(filter)
        }
    }

    private func listRunning(_ filter: JobFilter) throws(SQLiteFailure) -> [JobRecord] {
        var found: [JobRecord] = []
        for id in memory.withLock({ $0.leases.newestFirst() }) where found.count < filter.limit {
            if let before = filter.before, id >= before { continue }
            guard var record = try find(id), filter.matches(record) else { continue }
            record.payload = []
            record.attempts = []
            found.append(record)
        }
        return found
    }

    /// Reads on until enough are found that do not run.
    private func listQueued(_ filter: JobFilter) throws(SQLiteFailure) -> [JobRecord] {
        var found: [JobRecord] = []
        var rest = filter
        rest.state = nil
        while true {
            let records = try merge([.ready, .backlog], rest)
            found += records.filter { $0.state == .queued }
            guard found.count < filter.limit, let last = records.last else { break }
            rest.before = last.id
        }
        return Array(found.prefix(filter.limit))
    }

    private func listAll(_ filter: JobFilter) throws(SQLiteFailure) -> [JobRecord] {
        try merge(RecordTable.allCases, filter)
    }

    /// The newest of several tables. A job that moves from one to the next meanwhile is taken from the last one.
    private func merge(_ tables: [RecordTable], _ filter: JobFilter) throws(SQLiteFailure) -> [JobRecord] {
        var records: [JobID: JobRecord] = [:]
        for table in tables {
            for record in try page(table, filter) { records[record.id] = record }
        }
        var newest = Array(records.values.sorted { $0.id > $1.id }.prefix(filter.limit))
        memory.withLock { memory in
            for index in newest.indices { newest[index].overlay(memory.leases[newest[index].id]) }
        }
        return newest
    }

    /// Rows looked through in one go: a filter that fits few rows must not keep one state of the database alive for
    /// seconds, since the log cannot be reused before that.
    private static let stretch = 20_000

    private func page(_ table: RecordTable, _ filter: JobFilter) throws(SQLiteFailure) -> [JobRecord] {
        let names = memory.withLock { $0.names }
        var queue: Int?
        if let name = filter.queue {
            guard let number = names.number(of: name) else { return [] }
            queue = number
        }
        var before = filter.before?.rawValue ?? .max
        var found: [JobRecord] = []
        repeat {
            let first = try firstOfStretch(table, before: before, filter)
            let query = try connection.prepare(sql(table, filter))
            query.bind(1, before)
            query.bind(2, first)
            query.bind(3, queue.map { Int64($0) })
            if let type = filter.type { try query.bind(4, type) }
            query.bind(5, filter.limit - found.count)
            while try query.step() { found.append(JobRecord(query, names: names)) }
            before = first
        } while found.count < filter.limit && before > 0
        return found
    }

    private func sql(_ table: RecordTable, _ filter: JobFilter) -> String {
        """
        \(table.select(withPayload: false))
        WHERE job.id < ?1 AND job.id >= ?2 AND \(stateCondition(table, filter))
            AND (?3 IS NULL OR job.queue = ?3) AND (?4 IS NULL OR job.type = ?4)
        ORDER BY job.id DESC LIMIT ?5
        """
    }

    private func firstOfStretch(
        _ table: RecordTable, before: Int64, _ filter: JobFilter
    ) throws(SQLiteFailure) -> Int64 {
        let query = try connection.prepare(
            """
            SELECT job.id FROM \(table.rawValue) AS job WHERE job.id < ?1 AND \(stateCondition(table, filter))
            ORDER BY job.id DESC LIMIT 1 OFFSET \(Self.stretch)
            """)
        query.bind(1, before)
        return try query.first { $0.int(0) } ?? 0
    }

    /// `state <> 5` lets SQLite use the index of those that ended badly.
    private func stateCondition(_ table: RecordTable, _ filter: JobFilter) -> String {
        guard table == .finished, let state = filter.state else { return "true" }
        let condition = "job.state = \(state.rawValue)"
        return state == .completed ? condition : "job.state <> \(JobState.completed.rawValue) AND \(condition)"
    }
}
