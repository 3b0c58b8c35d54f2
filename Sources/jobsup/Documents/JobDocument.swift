/// A job, as the daemon describes it and tables show it.
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
    let requestId: String?
    let progress: Progress?
    let error: Failure?
    let attempts: [Attempt]

    var isFinished: Bool { Self.finishedStates.contains(status) }

    static let finishedStates = ["completed", "failed", "timeout", "cancelled", "expired"]
}

/// A page of jobs, newest first.
struct JobListDocument: Decodable {
    let tasks: [JobDocument]
}
