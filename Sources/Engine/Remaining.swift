import JobModel
import Supervision

/// What a drain still waits for.
package struct Remaining: Sendable {
    package let workers: Int
    package let jobs: Int
    /// The job that has run longest, in words.
    private let oldest: String?

    init(_ workers: [WorkerStatus], at now: Timestamp) {
        self.workers = workers.count
        jobs = workers.reduce(0) { $0 + $1.jobs.count }
        let running = workers.flatMap { worker in worker.jobs.map { (worker: worker.name, job: $0) } }
        oldest = running.min { $0.job.since < $1.job.since }.map { worker, job in
            let age = Duration.seconds(Int(max(.zero, now.since(job.since)).inSeconds))
            let limit = job.limit.map { " of at most \($0.inWords)" } ?? ""
            return "job \(job.id) (\(job.type)) in \(worker) for \(age.inWords)\(limit)"
        }
    }

    /// For people who wait.
    package var words: String {
        let counts =
            "draining: \(workers) \(workers == 1 ? "worker finishes" : "workers finish") \(jobs) "
            + (jobs == 1 ? "job" : "jobs")
        return oldest.map { "\(counts), the oldest is \($0)" } ?? counts
    }
}
