import JobModel
import Scaling
import Supervision

/// What happened in the engine, in its own words. Log lines and journal entries are made of it in one place, outside.
package enum EngineEvent: Sendable {
    /// A job as events name it.
    package struct Job: Sendable {
        package let id: JobID
        package let type: String
        package let queue: String
        package let attempt: Int
        package let requestID: String?

        init(_ job: InFlightJob) {
            id = job.lease.job
            type = job.type
            queue = job.queue
            attempt = job.attempt
            requestID = job.requestID
        }
    }

    /// A worker as events name it.
    package struct Worker: Sendable {
        package let pool: String
        package let name: String
        package let pid: Int32?
    }

    case workerStarted(Worker)
    case workerReady(Worker, build: String, bootSeconds: Double)
    case workerExited(Worker, WorkerEnd)
    case workerStopping(Worker, why: String)
    case workerRecycling(Worker, RecycleReason)
    case workerUnkillable(Worker, jobs: [JobID])
    case memoryWarning(Worker, bytes: Int, limit: Int)
    case workerOutput(Worker, job: Job?, stream: String, text: String)
    /// `retryIn` is `nil` when nothing is started by itself.
    case spawnFailed(pool: String, message: String, retryIn: Duration?)
    case notifySocketFailed(pool: String, path: String, message: String)
    /// The number was changed, or a change was held back.
    case poolScaled(ScalingRecord)
    /// The length of somebody else's queue cannot be had; told once, until it can be again.
    case signalFailed(pool: String, SignalFailure)
    case signalRecovered(pool: String)
    case poolDegraded(pool: String, why: String)
    /// Nothing is started until somebody says so.
    case poolHeld(pool: String, why: String)
    case poolRecovered(pool: String)
    case rolloutStarted(pool: String, generation: Int)
    case rolloutFinished(pool: String, generation: Int)
    case rolloutFailed(pool: String, generation: Int, why: String)
    case reloaded(changes: [String])
    case jobRequeued(Job, worker: String, Failure)
    case jobRetried(Job, worker: String, Failure, at: Timestamp)
    /// Ended without success.
    case jobEnded(Job, worker: String, JobState, Failure)
    case settlementStale(Job, worker: String)
    case connectionRefused(socket: String, code: String, message: String)
    case storeTrouble(code: String, message: String, hint: String)
    case storeRecovered
    case draining(workers: Int, jobs: Int)
    case hurried
}
