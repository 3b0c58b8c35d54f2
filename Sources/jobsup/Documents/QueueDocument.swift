/// How many jobs of a queue are in which state.
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
