import ArgumentParser
import Foundation

/// Tables that several commands show.
enum PoolTables {
    static func pools(_ pools: [PoolDocument]) -> String {
        var table = Table([
            ("POOL", .left), ("KIND", .left), ("WANTED", .right), ("ACTUAL", .right), ("READY", .right),
            ("BUSY", .right),
            ("RESTARTS", .right), ("QUEUES", .left), ("LAST EXIT", .left),
        ])
        for pool in pools {
            table.add([
                pool.name, pool.kind, String(pool.wanted), String(pool.actual), String(pool.ready), String(pool.busy),
                String(pool.restarts), pool.queues.joined(separator: ","), pool.lastExit ?? "",
            ])
        }
        return table.text
    }

    static func workers(_ workers: [WorkerDocument]) -> String {
        var table = Table([
            ("WORKER", .left), ("POOL", .left), ("PID", .right), ("STATE", .left), ("SINCE", .left), ("DONE", .right),
            ("FAILED", .right), ("RSS", .right), ("JOBS", .left),
        ])
        for worker in workers {
            table.add([
                worker.name, worker.pool, worker.pid.map(String.init) ?? "-", worker.state, worker.since,
                String(worker.completed), String(worker.failed), Shown.bytes(worker.rssBytes),
                worker.jobs.map { "\($0.taskId) (\($0.type))" }.joined(separator: ", "),
            ])
        }
        return table.text
    }

    static func queues(_ queues: [QueueDocument]) -> String {
        var table = Table([
            ("QUEUE", .left), ("PENDING", .right), ("QUEUED", .right), ("RUNNING", .right), ("OLDEST", .right),
            ("COMPLETED", .right), ("FAILED", .right), ("POOLS", .left),
        ])
        for queue in queues {
            let failed = (queue.finished["failed"] ?? 0) + (queue.finished["timeout"] ?? 0)
            table.add([
                queue.name, Shown.count(queue.pending), Shown.count(queue.queued), Shown.count(queue.processing),
                Shown.seconds(queue.oldestQueuedSeconds), Shown.count(queue.finished["completed"] ?? 0),
                Shown.count(failed), queue.pools.joined(separator: ","),
            ])
        }
        return table.text
    }
}

/// `jobsup pool`
struct PoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool", abstract: "Show the pools, or one with its workers.",
        discussion: "Example: jobsup pool mail")

    @Argument(help: "The pool's name.")
    var name: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Complaint.reporting {
            let data = try await common.daemon.get(name.map { "/api/pools/\($0)" } ?? "/api/pools")
            if common.json { return print(String(decoding: data, as: UTF8.self)) }
            guard name != nil else {
                print(PoolTables.pools(try DaemonConnection.decoder.decode(PoolListDocument.self, from: data).pools))
                return
            }
            let pool = try DaemonConnection.decoder.decode(PoolDocument.self, from: data)
            print(PoolTables.pools([pool]))
            if !pool.workers.isEmpty { print("\n" + PoolTables.workers(pool.workers)) }
        }
    }
}

/// `jobsup queue`
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Show the queues, or one of them.", discussion: "Example: jobsup queue mail")

    @Argument(help: "The queue's name.")
    var name: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Complaint.reporting {
            let data = try await common.daemon.get(name.map { "/api/queues/\($0)" } ?? "/api/queues")
            if common.json { return print(String(decoding: data, as: UTF8.self)) }
            let queues =
                name == nil
                ? try DaemonConnection.decoder.decode(QueueListDocument.self, from: data).queues
                : [try DaemonConnection.decoder.decode(QueueDocument.self, from: data)]
            print(PoolTables.queues(queues))
        }
    }
}

/// `jobsup worker`
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Show the worker processes and what they run.",
        discussion: "Example: jobsup worker")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Complaint.reporting {
            let data = try await common.daemon.get("/api/workers")
            if common.json { return print(String(decoding: data, as: UTF8.self)) }
            print(PoolTables.workers(try DaemonConnection.decoder.decode(WorkerListDocument.self, from: data).workers))
        }
    }
}

/// `jobsup scale`
struct ScaleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale", abstract: "Set how many processes a pool has: N, +N or -N.",
        discussion: "Examples:\n  jobsup scale mail 5\n  jobsup scale mail +2\n  jobsup scale mail -1")

    @Argument(help: "The pool's name.")
    var pool: String

    // Taken as they come, for -1 looks like an option.
    @Argument(parsing: .allUnrecognized, help: "N, +N or -N.")
    var amount: [String] = []

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Complaint.reporting {
            guard amount.count == 1, let body = Self.body(amount[0]) else {
                throw Complaint("say how many processes: jobsup scale \(pool) 5, +2 or -1", code: .validationFailure)
            }
            let before = try await common.daemon.document(PoolDocument.self, "/api/pools/\(pool)")
            let data = try await common.daemon.post("/api/pools/\(pool)/scale", Data(body.utf8))
            if common.json { return print(String(decoding: data, as: UTF8.self)) }
            let after = try DaemonConnection.decoder.decode(PoolDocument.self, from: data)
            print("pool \(pool): \(before.wanted) → \(after.wanted) processes")
        }
    }

    /// The request for `5`, `+2` or `-1`.
    static func body(_ amount: String) -> String? {
        guard let number = Int(amount) else { return nil }
        let isChange = amount.hasPrefix("+") || amount.hasPrefix("-")
        return isChange ? "{\"change\":\(number)}" : "{\"processes\":\(number)}"
    }
}
