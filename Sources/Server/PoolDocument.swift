import Engine
import JobModel
import Supervision
import TaskJSON

/// A pool as JSON.
struct PoolDocument: Encodable {
    struct Rollout: Encodable {
        /// `none`, `running`, `going_back` or `ended`.
        let state: String
        let done: Int?
        let message: String?
    }

    let name: String
    let kind: String
    /// `healthy`, `degraded` or `held`.
    let health: String
    /// Why it is not healthy.
    let reason: String?
    let generation: Int
    let rollout: Rollout
    let command: [String]
    /// Not in the configuration any more: it is gone with its last worker.
    let removed: Bool
    let wanted: Int
    let actual: Int
    let ready: Int
    let busy: Int
    let starting: Int
    let draining: Int
    let stopping: Int
    let backoff: Int
    let queues: [String]
    let concurrency: Int
    let min: Int
    let max: Int
    /// `thresholds`, `target_wait` or `fixed`.
    let scaling: String
    /// What a person has set.
    let manual: ManualScaleDocument?
    let restarts: Int
    let recycled: Int
    let completed: Int
    let failed: Int
    let lastExit: String?
    /// How the last workers ended, newest first.
    let ends: [WorkerEndDocument]
    let workers: [WorkerDocument]

    init(_ pool: PoolStatus) {
        name = pool.settings.name
        kind = pool.settings.kind.rawValue
        switch pool.health {
        case .healthy: (health, reason) = ("healthy", nil)
        case .degraded(let why): (health, reason) = ("degraded", why)
        case .held(let why): (health, reason) = ("held", why)
        }
        generation = pool.generation
        rollout = Rollout(pool.rollout)
        command = pool.settings.command
        removed = pool.isRemoved
        wanted = pool.wanted
        actual = pool.workers.count
        ready = pool.count(.ready)
        busy = pool.count(.busy)
        starting = pool.count(.spawning, .starting)
        draining = pool.count(.draining)
        stopping = pool.count(.stopping, .killing, .unkillable)
        backoff = pool.backoff
        queues = pool.settings.queues
        concurrency = pool.settings.concurrency
        min = pool.settings.bounds.lowerBound
        max = pool.settings.bounds.upperBound
        scaling = pool.policy ?? "fixed"
        manual = pool.manual.map(ManualScaleDocument.init)
        restarts = pool.restarts
        recycled = pool.recycled
        completed = pool.completed
        failed = pool.failed
        lastExit = pool.ends.last.map { "\($0.worker) \($0.words)" }
        ends = pool.ends.reversed().map(WorkerEndDocument.init)
        workers = pool.workers.map(WorkerDocument.init)
    }
}

extension PoolDocument.Rollout {
    fileprivate init(_ status: RolloutStatus) {
        switch status {
        case .none: self.init(state: "none", done: nil, message: nil)
        case .running(let done): self.init(state: "running", done: done, message: nil)
        case .goingBack(let why): self.init(state: "going_back", done: nil, message: why)
        case .ended(let how): self.init(state: "ended", done: nil, message: how)
        }
    }
}

/// How a worker ended, as JSON.
struct WorkerEndDocument: Encodable {
    let worker: String
    let pid: Int32?
    let at: String
    /// One word: `signal`, `out_of_memory`, …
    let cause: String
    let exitCode: Int32?
    let signal: String?
    let coreDumped: Bool?
    let message: String
    let expected: Bool
    let jobs: [String]
    let peakRssBytes: Int?
    let stderr: [String]

    init(_ end: WorkerEnd) {
        worker = end.worker
        pid = end.pid
        at = RFC3339.text(end.at)
        cause = end.cause.name
        exitCode = end.exitCode
        signal = end.signal
        coreDumped = end.isCoreDumped ? true : nil
        message = end.words
        expected = end.isExpected
        jobs = end.jobs.map(\.description)
        peakRssBytes = end.peakMemoryBytes
        stderr = end.lastWords
    }
}

/// A worker as JSON.
struct WorkerDocument: Encodable {
    struct Job: Encodable {
        let taskId: String
        let type: String
        let since: String
    }

    let name: String
    let pool: String
    let pid: Int32?
    let state: String
    let since: String
    let jobs: [Job]
    let completed: Int
    let failed: Int
    let build: String
    let generation: Int
    /// With its descendants when that was measured; else of the process alone.
    let rssBytes: Int64?
    /// What it says of itself.
    let status: String?
    /// Why it leaves, or is to be replaced.
    let note: String?

    init(_ worker: WorkerStatus) {
        name = worker.name
        pool = worker.pool
        pid = worker.pid
        state = worker.state.rawValue
        since = RFC3339.text(worker.since)
        jobs = worker.jobs.map {
            Job(taskId: $0.id.description, type: $0.type, since: RFC3339.text($0.since))
        }
        completed = worker.completed
        failed = worker.failed
        build = worker.build
        generation = worker.generation
        rssBytes = worker.memoryBytes.map(Int64.init) ?? worker.pid.flatMap(ResidentMemory.bytes(ofProcess:))
        status = worker.statusText
        note = worker.note
    }
}
