/// A pool: how many workers are wanted and how many there are.
struct PoolDocument: Decodable {
    let name: String
    let kind: String
    let health: String
    let reason: String?
    let generation: Int
    let rollout: Rollout
    let removed: Bool
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
    let scaling: String
    let manual: ManualScaleDocument?
    let restarts: Int
    let recycled: Int
    let lastExit: String?
    let ends: [WorkerEndDocument]
    let workers: [WorkerDocument]

    struct Rollout: Decodable {
        let state: String
        let done: Int?
        let message: String?
    }

    var isRollingOut: Bool { rollout.state == "running" || rollout.state == "going_back" }
}

/// How a worker ended.
struct WorkerEndDocument: Decodable {
    let worker: String
    let at: String
    let message: String
    let expected: Bool
    let jobs: [String]
    let peakRssBytes: Int?
    let stderr: [String]
}

struct PoolListDocument: Decodable {
    let pools: [PoolDocument]
}
