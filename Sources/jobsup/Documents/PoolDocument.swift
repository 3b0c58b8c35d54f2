/// A pool: how many workers are wanted and how many there are.
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
