/// The daemon's documents, as far as tables show them.
struct JobDocument: Decodable, Sendable {
    struct Failure: Decodable {
        let type: String
        let cause: String
        let message: String
    }

    struct Attempt: Decodable {
        let attempt: Int
        let worker: String
        let startedAt: String
        let endedAt: String
        let cause: String
        let type: String
        let message: String
    }

    struct Progress: Decodable {
        let current: Int
        let total: Int
        let percent: Double?
        let stage: String
        let message: String
    }

    let taskId: String
    let type: String
    let queue: String
    let status: String
    let reason: String?
    let priority: Int
    let attempt: Int
    let maxAttempts: Int
    let crashes: Int
    let timeoutSeconds: Double?
    let enqueuedAt: String
    let runAt: String?
    let startedAt: String?
    let finishedAt: String?
    let worker: String?
    let key: String?
    let progress: Progress?
    let error: Failure?
    let attempts: [Attempt]

    var isFinished: Bool { ["completed", "failed", "timeout", "cancelled", "expired"].contains(status) }
}

struct JobListDocument: Decodable {
    let tasks: [JobDocument]
}

struct AcceptedDocument: Decodable {
    let taskId: String
    let status: String
    let existing: Bool
}

struct AcceptedBatchDocument: Decodable {
    let tasks: [AcceptedDocument]
}

struct CancelDocument: Decodable {
    let taskId: String
    let status: String
}

struct QueueDocument: Decodable {
    let name: String
    let pending: Int
    let queued: Int
    let processing: Int
    let oldestQueuedSeconds: Double?
    let pools: [String]
    let finished: [String: Int]
}

struct QueueListDocument: Decodable {
    let queues: [QueueDocument]
}

struct WorkerDocument: Decodable {
    struct Job: Decodable {
        let taskId: String
        let type: String
        let since: String
    }

    let name: String
    let pool: String
    let pid: Int?
    let state: String
    let since: String
    let jobs: [Job]
    let completed: Int
    let failed: Int
    let rssBytes: Int?
}

struct WorkerListDocument: Decodable {
    let workers: [WorkerDocument]
}

struct PoolDocument: Decodable {
    let name: String
    let kind: String
    let wanted: Int
    let actual: Int
    let ready: Int
    let busy: Int
    let starting: Int
    let draining: Int
    let backoff: Int
    let queues: [String]
    let concurrency: Int
    let min: Int
    let max: Int
    let restarts: Int
    let lastExit: String?
    let workers: [WorkerDocument]
}

struct PoolListDocument: Decodable {
    let pools: [PoolDocument]
}

struct StatusDocument: Decodable {
    struct Store: Decodable {
        let kind: String
        let path: String
        let synchronous: String
        let ok: Bool
        let message: String?
    }

    let version: String
    let pid: Int
    let startedAt: String
    let rssBytes: Int?
    let store: Store
    let totals: [String: Int]
    let queues: [QueueDocument]
    let pools: [PoolDocument]
    let warnings: [String]
}
