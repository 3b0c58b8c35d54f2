import JobModel
import Scaling
import Supervision

/// How a pool stands, for people and programs that ask.
package struct PoolStatus: Sendable {
    package let settings: PoolSettings
    /// Not in the configuration any more: gone with its last worker.
    package let isRemoved: Bool
    /// 0 while it drains: nobody who leaves is replaced.
    package let wanted: Int
    package let health: PoolHealth.State
    package let generation: Int
    /// The generation that is being brought in, or how the last one fared.
    package let rollout: RolloutStatus
    package let workers: [WorkerStatus]
    /// Places that wait before they start their next worker.
    package let backoff: Int
    package let restarts: Int
    package let recycled: Int
    package let completed: Int
    package let failed: Int
    /// How the last workers ended, newest last.
    package let ends: [WorkerEnd]
    /// By what it is scaled; `nil` when the number is only set.
    package var policy: String?
    /// What a person has set.
    package var manual: ManualScale?

    package func count(_ states: WorkerState...) -> Int {
        workers.count { states.contains($0.state) }
    }
}

package enum RolloutStatus: Sendable, Hashable {
    case none
    /// So many places have a worker of the new generation.
    case running(done: Int)
    case goingBack(why: String)
    case ended(String)
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
    package let generation: Int
    package let memoryBytes: Int?
    /// What it says of itself.
    package let statusText: String?
    /// Why it is on its way out, or waits for its replacement.
    package let note: String?
}

/// A job that a worker runs.
package struct RunningJob: Sendable {
    package let id: JobID
    package let type: String
    package let since: Timestamp
    /// What its attempt may take; `nil` for as long as it likes.
    package let limit: Duration?
}
