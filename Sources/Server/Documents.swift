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
    let workerLimits: WorkerLimitFacts
    let log: LogPlace
    let totals: [String: Int]
    let queues: [QueueDocument]
    let pools: [PoolDocument]
    let warnings: [String]
}
