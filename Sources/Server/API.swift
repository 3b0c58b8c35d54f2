import Engine
import Hummingbird
import JobModel
import JobStore
import NIOCore
import TaskJSON

/// What the API says of the daemon itself.
package struct DaemonFacts: Sendable {
    package var version: String
    package var pid: Int32
    package var startedAt: Timestamp
    package var storeKind: String
    package var storePath: String
    package var synchronous: String
    package var workerLimits: WorkerLimitFacts
    package var log: LogPlace
    package var warnings: CurrentWarnings
    package var bodyLimitBytes: Int

    package init(
        version: String, pid: Int32, startedAt: Timestamp, storeKind: String, storePath: String, synchronous: String,
        workerLimits: WorkerLimitFacts, log: LogPlace, warnings: CurrentWarnings, bodyLimitBytes: Int
    ) {
        self.version = version
        self.pid = pid
        self.startedAt = startedAt
        self.storeKind = storeKind
        self.storePath = storePath
        self.synchronous = synchronous
        self.workerLimits = workerLimits
        self.log = log
        self.warnings = warnings
        self.bodyLimitBytes = bodyLimitBytes
    }
}

/// The routes of the HTTP API.
struct API: Sendable {
    let engine: Engine
    let facts: DaemonFacts
    let time: TimeSource
    let trouble: StoreTrouble
    let requestIDs: RequestIDSource
    /// Reads the configuration again; gives what has changed.
    let reload: Reload
    /// The name of a user by its number.
    let userName: @Sendable (UInt32) async -> String

    /// The longest that `?wait=` may hold a request.
    static let longestWait: Duration = .seconds(300)
    static let largestPage = 1000

    func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.add(middleware: RequestIDMiddleware(source: requestIDs))
        router.add(middleware: ErrorMiddleware())
        let methods = KnownMethods(router)
        let api = methods.group("api").add(middleware: QueryCheck())
        addTasks(to: api.group("tasks"))
        api.get("queues") { _, _ in try await JSONAnswer.response(QueueListDocument(queues: queues())) }
        api.get("queues/:name") { _, context in
            let name = try context.parameters.require("name")
            guard let queue = try await queues().first(where: { $0.name == name }) else {
                throw ErrorAnswer(
                    .notFound, code: "unknown_queue", message: "there is no queue '\(name)'",
                    hint: "`jobsup queue` lists them")
            }
            return try JSONAnswer.response(queue)
        }
        addPools(to: api)
        addScaling(to: api)
        api.get("status") { _, _ in try await JSONAnswer.response(status()) }
        methods.refuseAllOthers()
        return router
    }

    // MARK: Tasks

    private func addTasks(to tasks: RouterGroup<APIContext>) {
        tasks.post { request, context in
            let requestID = try context.requestID.get()
            var task = try TaskBody.request(try await body(of: request), at: time.now())
            task.requestID = requestID
            let receipts = try await engine.enqueue([task])
            return try JSONAnswer.response(AcceptedDocument(receipts[0]), status: .accepted)
        }
        tasks.post("batch") { request, context in
            let requestID = try context.requestID.get()
            var tasks = try TaskBody.batch(try await body(of: request), at: time.now())
            for index in tasks.indices { tasks[index].requestID = requestID }
            let receipts = try await engine.enqueue(tasks)
            let document = AcceptedBatchDocument(tasks: receipts.map(AcceptedDocument.init))
            return try JSONAnswer.response(document, status: .accepted)
        }
        tasks.get { request, _ in
            let records = try await engine.store.list(try filter(request))
            return try JSONAnswer.response(JobListDocument(tasks: records.map { JobDocument(LiveJob(record: $0)) }))
        }
        tasks.get(":id") { request, context in
            let id = try taskID(context)
            let wait = try duration(request, "wait")
            let job =
                if let wait { try await engine.job(id, waitingAtMost: min(wait, Self.longestWait)) } else {
                    try await engine.job(id)
                }
            guard let job else { throw unknownTask(id) }
            return try JSONAnswer.response(job)
        }
        tasks.delete(":id") { _, context in
            let id = try taskID(context)
            switch try await engine.cancel(id) {
            case .cancelled: return try JSONAnswer.response(CancelDocument(taskId: "\(id)", status: "cancelled"))
            case .running: return try JSONAnswer.response(CancelDocument(taskId: "\(id)", status: "cancelling"))
            case .alreadyFinished(let state):
                throw ErrorAnswer(
                    .conflict, code: "already_finished", message: "job \(id) has finished: it is \(state.name)",
                    hint: "`jobsup job \(id)` shows how it ended")
            case .unknown: throw unknownTask(id)
            }
        }
    }

    private func filter(_ request: Request) throws -> JobFilter {
        let query = request.uri.queryParameters
        var filter = JobFilter()
        if let name = query["state"].map(String.init) {
            guard let state = JobState(name: name) else {
                let names = JobState.allCases.map(\.name)
                let suggestion = Suggestion.nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
                throw ErrorAnswer(
                    .badRequest, code: "bad_state", message: "'state' is '\(name.prefix(40))', which is none",
                    hint: suggestion + "states: \(names.joined(separator: ", "))")
            }
            filter.state = state
        }
        filter.queue = query["queue"].map(String.init)
        filter.type = query["type"].map(String.init)
        if let text = query["before"] {
            guard let before = JobID(text) else {
                throw ErrorAnswer(
                    .badRequest, code: "bad_before", message: "'before' is '\(text.prefix(40))', which is no job's id",
                    hint: "give the last id of the page before")
            }
            filter.before = before
        }
        if let text = query["limit"] {
            guard let limit = Int(text), (1...Self.largestPage).contains(limit) else {
                throw ErrorAnswer(
                    .badRequest, code: "bad_limit", message: "'limit' is '\(text.prefix(40))'",
                    hint: "give 1 to \(Self.largestPage), and 'before' for the next page")
            }
            filter.limit = limit
        }
        return filter
    }

    private func taskID(_ context: APIContext) throws -> JobID {
        let text = try context.parameters.require("id")
        guard let id = JobID(text) else {
            throw ErrorAnswer(
                .badRequest, code: "bad_id", message: "'\(text)' is not a job's id", hint: "ids are positive numbers")
        }
        return id
    }

    private func unknownTask(_ id: JobID) -> ErrorAnswer {
        ErrorAnswer(
            .notFound, code: "unknown_task", message: "there is no job \(id)",
            hint: "it may have been pruned: finished jobs are kept for store.history")
    }

    private func duration(_ request: Request, _ key: Substring) throws -> Duration? {
        guard let text = request.uri.queryParameters[key] else { return nil }
        guard let duration = Duration(text: text), duration >= .zero else {
            throw ErrorAnswer(
                .badRequest, code: "bad_\(key)", message: "'\(key)' is '\(text.prefix(40))', which is not a time",
                hint: "write it like 30s or 5m")
        }
        return duration
    }

    func body(of request: Request) async throws -> [UInt8] {
        do {
            let buffer = try await request.body.collect(upTo: facts.bodyLimitBytes)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw ErrorAnswer(
                .contentTooLarge, code: "body_too_large", message: "the body exceeds \(facts.bodyLimitBytes) bytes",
                hint: "send fewer tasks at once, or raise limits.payload")
        }
    }

    // MARK: Pools and queues

    private func queues() async throws -> [QueueDocument] {
        let pools = try await engine.pools()
        var counts = Dictionary(engine.store.counts().map { ($0.queue, $0) }) { first, _ in first }
        for name in pools.flatMap(\.settings.queues) where counts[name] == nil {
            counts[name] = QueueCounts(queue: name)
        }
        let now = time.now()
        return counts.values.sorted { $0.queue < $1.queue }.map { count in
            let serving = pools.filter { $0.settings.queues.contains(count.queue) }.map(\.settings.name)
            return QueueDocument(count, pools: serving, now: now)
        }
    }

    private func status() async throws -> StatusDocument {
        let queues = try await queues()
        var totals: [String: Int] = [:]
        for queue in queues {
            totals["pending", default: 0] += queue.pending
            totals["queued", default: 0] += queue.queued
            totals["processing", default: 0] += queue.processing
            totals.merge(queue.finished, uniquingKeysWith: +)
        }
        let message = trouble.message
        let idle = queues.filter { $0.pools.isEmpty && $0.queued > 0 }.map {
            "\($0.queued) jobs wait in queue '\($0.name)', which no pool serves"
        }
        return StatusDocument(
            version: facts.version, pid: facts.pid, startedAt: RFC3339.text(facts.startedAt),
            rssBytes: ResidentMemory.bytes(ofProcess: facts.pid),
            store: .init(
                kind: facts.storeKind, path: facts.storePath, synchronous: facts.synchronous, ok: message == nil,
                message: message),
            workerLimits: facts.workerLimits, log: facts.log, totals: totals, queues: queues,
            pools: try await engine.pools().map(PoolDocument.init),
            warnings: facts.warnings.all + idle)
    }
}
