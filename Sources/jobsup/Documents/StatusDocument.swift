/// The daemon with everything in it.
struct StatusDocument: Decodable {
    struct Store: Decodable {
        let kind: String
        let path: String
        let synchronous: String
        let ok: Bool
        let message: String?
    }

    struct WorkerLimits: Decodable {
        let kind: String
        let message: String
    }

    struct Log: Decodable {
        let kind: String
        let path: String?
        let unit: String?
    }

    let version: String
    let pid: Int
    let startedAt: String
    let rssBytes: Int?
    let store: Store
    /// `nil` from a daemon that does not tell yet.
    let workerLimits: WorkerLimits?
    /// `nil` from a daemon that does not tell yet.
    let log: Log?
    let totals: [String: Int]
    let queues: [QueueDocument]
    let pools: [PoolDocument]
    let warnings: [String]

    /// Jobs whose end has come, whatever it was.
    var finished: Int {
        JobDocument.finishedStates.reduce(0) { $0 + (totals[$1] ?? 0) }
    }
}
