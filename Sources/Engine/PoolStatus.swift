import JobModel
import Supervision

/// How a pool stands, for people and programs that ask.
package struct PoolStatus: Sendable {
    package let settings: PoolSettings
    package let wanted: Int
    package let workers: [WorkerStatus]
    /// Places that wait before they start their next worker.
    package let backoff: Int
    package let restarts: Int
    package let completed: Int
    package let failed: Int
    package let lastExit: String?

    package func count(_ state: WorkerState) -> Int {
        workers.count { $0.state == state }
    }
}

/// How a worker process stands.
package struct WorkerStatus: Sendable {
    package let name: String
    package let pool: String
    package let pid: Int32?
    package let state: WorkerState
    package let since: Timestamp
    /// What it runs; not what waits inside it.
    package let jobs: [RunningJob]
    package let completed: Int
    package let failed: Int
    package let build: String
}

/// A job that a worker runs.
package struct RunningJob: Sendable {
    package let id: JobID
    package let type: String
    package let since: Timestamp
}

extension SocketPool {
    func status() -> PoolStatus {
        let uptime = context.time.uptime()
        let now = context.time.now()
        let workers = workers.map { worker in
            WorkerStatus(
                name: worker.name, pool: settings.name, pid: worker.pid, state: worker.state, since: worker.since,
                jobs: worker.jobs.running.sorted { $0.lease.job < $1.lease.job }.map { job in
                    RunningJob(
                        id: job.lease.job, type: job.type, since: now - (uptime - (job.startedAt ?? uptime)))
                },
                completed: worker.completed, failed: worker.failed, build: worker.build)
        }
        return PoolStatus(
            settings: settings, wanted: wanted, workers: workers, backoff: slots.count { $0.worker == nil },
            restarts: restarts, completed: completed, failed: failed, lastExit: lastExit)
    }
}
