/// A worker process and what it runs.
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
    let status: String?
    let note: String?
}

struct WorkerListDocument: Decodable {
    let workers: [WorkerDocument]
}
