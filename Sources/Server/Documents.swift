import Engine
import Foundation
import JobModel
import Supervision
import TaskJSON

/// The JSON documents of the API. Keys are written in snake case.
struct AcceptedDocument: Encodable {
    let taskId: String
    let status: String
    let statusUrl: String
    let existing: Bool

    init(_ receipt: EnqueueReceipt) {
        taskId = receipt.id.description
        status = receipt.state.name
        statusUrl = "/api/tasks/\(receipt.id)"
        existing = receipt.existed
    }
}

struct AcceptedBatchDocument: Encodable {
    let tasks: [AcceptedDocument]
}

struct CancelDocument: Encodable {
    let taskId: String
    let status: String
}

struct JobListDocument: Encodable {
    let tasks: [JobDocument]
}

struct QueueListDocument: Encodable {
    let queues: [QueueDocument]
}

struct PoolListDocument: Encodable {
    let pools: [PoolDocument]
}

struct WorkerListDocument: Encodable {
    let workers: [WorkerDocument]
}

struct QueueDocument: Encodable {
    let name: String
    let pending: Int
    let queued: Int
    let processing: Int
    let oldestQueuedSeconds: Double?
    let pools: [String]
    let finished: [String: Int]

    init(_ counts: QueueCounts, pools: [String], now: Timestamp) {
        name = counts.queue
        pending = counts.pending
        queued = counts.queued
        processing = counts.processing
        oldestQueuedSeconds = counts.oldestQueuedAt.map { max(0, now.since($0).inSeconds) }
        self.pools = pools
        finished = Dictionary(
            uniqueKeysWithValues: JobState.finished.map { ($0.name, counts.finished[$0] ?? 0) })
    }
}

struct PoolDocument: Encodable {
    let name: String
    let kind: String
    let wanted: Int
    let actual: Int
    let ready: Int
    let busy: Int
    let starting: Int
    let draining: Int
    let stopping: Int
    let backoff: Int
    let queues: [String]
    let concurrency: Int
    let min: Int
    let max: Int
    let restarts: Int
    let completed: Int
    let failed: Int
    let lastExit: String?
    let workers: [WorkerDocument]

    init(_ pool: PoolStatus) {
        name = pool.settings.name
        kind = pool.settings.kind.rawValue
        wanted = pool.wanted
        actual = pool.workers.count
        ready = pool.count(.ready)
        busy = pool.count(.busy)
        starting = pool.count(.starting)
        draining = pool.count(.draining)
        stopping = pool.count(.stopping)
        backoff = pool.backoff
        queues = pool.settings.queues
        concurrency = pool.settings.concurrency
        min = pool.settings.bounds.lowerBound
        max = pool.settings.bounds.upperBound
        restarts = pool.restarts
        completed = pool.completed
        failed = pool.failed
        lastExit = pool.lastExit
        workers = pool.workers.map(WorkerDocument.init)
    }
}

struct WorkerDocument: Encodable {
    struct Job: Encodable {
        let taskId: String
        let type: String
        let since: String
    }

    let name: String
    let pool: String
    let pid: Int32?
    let state: String
    let since: String
    let jobs: [Job]
    let completed: Int
    let failed: Int
    let build: String
    let rssBytes: Int64?

    init(_ worker: WorkerStatus) {
        name = worker.name
        pool = worker.pool
        pid = worker.pid
        state = worker.state.rawValue
        since = RFC3339.text(worker.since)
        jobs = worker.jobs.map {
            Job(taskId: $0.id.description, type: $0.type, since: RFC3339.text($0.since))
        }
        completed = worker.completed
        failed = worker.failed
        build = worker.build
        rssBytes = worker.pid.flatMap(ResidentMemory.bytes(ofProcess:))
    }
}

struct StatusDocument: Encodable {
    struct Store: Encodable {
        let kind: String
        let path: String
        let synchronous: String
        let ok: Bool
        let message: String?
    }

    let version: String
    let pid: Int32
    let startedAt: String
    let rssBytes: Int64?
    let store: Store
    let log: LogPlace
    let totals: [String: Int]
    let queues: [QueueDocument]
    let pools: [PoolDocument]
    let warnings: [String]
}
