import Engine
import JobModel
import Logging
import Supervision
import Systemd

/// An event as a line for people with fields for programs.
struct LogLine {
    var level: Logger.Level
    var text: String
    var metadata: Logger.Metadata = [:]

    init(_ event: EngineEvent) {
        switch event {
        case .workerStarted, .workerReady, .workerExited, .workerStopping, .workerOutput, .workerRecycling,
            .workerUnkillable, .memoryWarning:
            self.init(worker: event)
        case .spawnFailed, .notifySocketFailed, .poolScaled, .signalFailed, .signalRecovered, .poolDegraded, .poolHeld,
            .poolRecovered, .rolloutStarted, .rolloutFinished, .rolloutFailed:
            self.init(pool: event)
        case .jobRequeued, .jobRetried, .jobEnded, .settlementStale:
            self.init(job: event)
        case .connectionRefused, .storeTrouble, .storeRecovered, .draining, .hurried, .reloaded:
            self.init(daemon: event)
        }
    }

    private init(_ level: Logger.Level, _ text: String, id: MessageID? = nil) {
        self.level = level
        self.text = text
        if let id { metadata["message_id"] = "\(id.rawValue)" }
    }

    private mutating func name(_ worker: EngineEvent.Worker) {
        metadata["pool"] = "\(worker.pool)"
        metadata["worker"] = "\(worker.name)"
        if let pid = worker.pid { metadata["pid"] = "\(pid)" }
    }

    private mutating func name(_ job: EngineEvent.Job) {
        metadata["job"] = "\(job.id)"
        metadata["type"] = "\(job.type)"
        metadata["queue"] = "\(job.queue)"
        metadata["attempt"] = "\(job.attempt)"
        if let requestID = job.requestID { metadata["request"] = "\(requestID)" }
    }

    // MARK: Workers

    private init(worker event: EngineEvent) {
        switch event {
        case .workerStarted(let worker):
            self.init(.info, "started worker \(worker.name)", id: .workerStarted)
            name(worker)
        case .workerReady(let worker, let build, let seconds):
            let seconds = (seconds * 1000).rounded() / 1000
            self.init(.info, "worker \(worker.name) is ready after \(seconds) s")
            if !build.isEmpty { metadata["build"] = "\(build)" }
            name(worker)
        case .workerExited(let worker, let end): self.init(end: end, of: worker)
        case .workerStopping(let worker, let why):
            self.init(.info, "stopping worker \(worker.name): \(why)")
            name(worker)
        case .workerOutput(let worker, let job, let stream, let text):
            self.init(stream == "stderr" ? .notice : .info, text)
            metadata["stream"] = "\(stream)"
            name(worker)
            if let job { name(job) }
        case .workerRecycling(let worker, let reason):
            self.init(.info, "replacing worker \(worker.name): \(StopReason.recycled(reason).words)")
            metadata["reason"] = "\(reason.name)"
            name(worker)
        case .workerUnkillable(let worker, let jobs):
            let running =
                jobs.isEmpty
                ? "" : " with \(jobs.count == 1 ? "job" : "jobs") \(jobs.map(\.description).joined(separator: ", "))"
            self.init(
                .critical,
                "worker \(worker.name)\(running) was killed and does not end: the kernel holds it; it is replaced",
                id: .workerUnkillable)
            if let job = jobs.first { metadata["job"] = "\(job)" }
            name(worker)
        case .memoryWarning(let worker, let bytes, let limit):
            self.init(
                .warning, "worker \(worker.name) has \(bytes.inMebibytes) of memory; its limit is \(limit.inMebibytes)",
                id: .memoryWarning)
            metadata["rss_bytes"] = "\(bytes)"
            metadata["limit_bytes"] = "\(limit)"
            name(worker)
        default: self.init(.debug, "\(event)")
        }
    }

    private init(end: WorkerEnd, of worker: EngineEvent.Worker) {
        let jobs = end.jobs.map { "job \($0)" }.joined(separator: ", ")
        let running = end.isExpected || jobs.isEmpty ? "" : " running \(jobs)"
        let peak = end.isExpected ? "" : end.peakMemoryBytes.map { "; its memory peaked at \($0.inMebibytes)" } ?? ""
        let said = end.isExpected ? nil : end.lastWords.last.map { "; it said last: \($0)" }
        let id: MessageID =
            switch end.cause {
            case .outOfMemory: .workerOutOfMemory
            default: end.foreignSignal == nil ? .workerExited : .workerKilled
            }
        self.init(
            end.isExpected ? .info : .error, "worker \(worker.name) \(end.words)\(running)\(peak)\(said ?? "")", id: id)
        metadata["status"] = "\(end.words)"
        metadata["cause"] = "\(end.cause.name)"
        if let signal = end.signal { metadata["signal"] = "\(signal)" }
        if let code = end.exitCode { metadata["exit_code"] = "\(code)" }
        if let peak = end.peakMemoryBytes { metadata["peak_rss_bytes"] = "\(peak)" }
        if let job = end.jobs.first { metadata["job"] = "\(job)" }
        if !end.isExpected, !end.lastWords.isEmpty {
            metadata["stderr"] = "\(end.lastWords.joined(separator: "\n"))"
        }
        name(worker)
    }

    // MARK: Pools

    private init(pool event: EngineEvent) {
        switch event {
        case .spawnFailed(let pool, let message, let delay):
            let next = delay.map { "; next try in \($0.inSeconds) s" } ?? ""
            self.init(.error, "cannot start a worker of pool \(pool): \(message)\(next)", id: .spawnFailed)
            metadata["pool"] = "\(pool)"
            metadata["reason"] = "\(message)"
        case .poolScaled(let record):
            let who = record.who.map { " (\($0))" } ?? ""
            self.init(
                record.from == record.to ? .info : .notice, "pool \(record.pool): \(record.reason)\(who)",
                id: .poolScaled)
            metadata["pool"] = "\(record.pool)"
            metadata["from"] = "\(record.from)"
            metadata["to"] = "\(record.to)"
            metadata["rule"] = "\(record.rule)"
            if let who = record.who { metadata["user"] = "\(who)" }
            for (name, value) in record.figures { metadata[name] = "\(value.formattedShortly)" }
        case .signalFailed(let pool, let failure):
            self.init(
                .error, "pool \(pool) keeps its workers, its signal is missing: \(failure.words)", id: .signalFailed)
            metadata["pool"] = "\(pool)"
            metadata["reason"] = "\(failure.words)"
        case .signalRecovered(let pool):
            self.init(.notice, "pool \(pool) has its signal again", id: .signalRecovered)
            metadata["pool"] = "\(pool)"
        case .notifySocketFailed(let pool, let path, let message):
            self.init(.error, "pool \(pool): its workers cannot notify the daemon, \(path) cannot be made: \(message)")
            metadata["pool"] = "\(pool)"
            metadata["reason"] = "\(message)"
        case .poolDegraded(let pool, let why):
            self.init(
                .critical, "pool \(pool) is degraded: \(why); one worker a minute is started until one does well",
                id: .poolDegraded)
            metadata["pool"] = "\(pool)"
            metadata["reason"] = "\(why)"
        case .poolHeld(let pool, let why):
            self.init(
                .error, "pool \(pool) is held: \(why); go on with: jobsup pool resume \(pool)", id: .poolHeld)
            metadata["pool"] = "\(pool)"
            metadata["reason"] = "\(why)"
        case .poolRecovered(let pool):
            self.init(.notice, "pool \(pool) starts its workers as usual again", id: .poolRecovered)
            metadata["pool"] = "\(pool)"
        case .rolloutStarted(let pool, let generation):
            self.init(.notice, "pool \(pool): bringing in generation \(generation)", id: .rolloutStarted)
            metadata["pool"] = "\(pool)"
            metadata["generation"] = "\(generation)"
        case .rolloutFinished(let pool, let generation):
            self.init(.notice, "pool \(pool): generation \(generation) is in place", id: .rolloutFinished)
            metadata["pool"] = "\(pool)"
            metadata["generation"] = "\(generation)"
        case .rolloutFailed(let pool, let generation, let why):
            self.init(
                .error, "pool \(pool): taking generation \(generation) back: \(why)", id: .rolloutFailed)
            metadata["pool"] = "\(pool)"
            metadata["generation"] = "\(generation)"
            metadata["reason"] = "\(why)"
        default: self.init(.debug, "\(event)")
        }
    }

    // MARK: Jobs

    private init(job event: EngineEvent) {
        switch event {
        case .jobRequeued(let job, let worker, let failure):
            self.init(.warning, "job \(job.id) (\(job.type)) is queued again: \(failure.message)", id: .jobRequeued)
            metadata["worker"] = "\(worker)"
            metadata["reason"] = "\(failure.message)"
            name(job)
        case .jobRetried(let job, _, let failure, _) where failure.type == "NoMemory":
            self.init(.info, "job \(job.id) (\(job.type)) waits: \(failure.message)")
            metadata["cause"] = "\(failure.cause.name)"
            name(job)
        case .jobRetried(let job, let worker, let failure, let at):
            let text = "job \(job.id) (\(job.type)) did not complete, attempt \(job.attempt): \(failure.type)"
            self.init(.notice, failure.message.isEmpty ? text : "\(text): \(failure.firstLine)")
            metadata["cause"] = "\(failure.cause.name)"
            metadata["run_at_ms"] = "\(at.milliseconds)"
            metadata["worker"] = "\(worker)"
            name(job)
        case .jobEnded(let job, let worker, let state, let failure):
            let level: Logger.Level = state == .cancelled ? .notice : .error
            let id: MessageID? =
                switch (state, failure.cause) {
                case (.cancelled, _): nil
                case (.timeout, _): .jobTimedOut
                case (_, .quarantined): .jobQuarantined
                default: .jobFailed
                }
            let words = failure.message.isEmpty ? failure.type : "\(failure.type): \(failure.firstLine)"
            self.init(level, "job \(job.id) (\(job.type)) ended as \(state.name): \(words)", id: id)
            metadata["cause"] = "\(failure.cause.name)"
            metadata["reason"] = "\(words)"
            metadata["worker"] = "\(worker)"
            name(job)
        case .settlementStale(let job, let worker):
            self.init(.notice, "a settlement of job \(job.id) came too late from \(worker) and changed nothing")
            metadata["worker"] = "\(worker)"
            name(job)
        default: self.init(.debug, "\(event)")
        }
    }

    // MARK: The daemon

    private init(daemon event: EngineEvent) {
        switch event {
        case .connectionRefused(let socket, let code, let message):
            self.init(.warning, "closed a connection to the \(socket) socket: \(message)", id: .connectionRefused)
            metadata["socket"] = "\(socket)"
            metadata["reason"] = "\(message)"
            metadata["code"] = "\(code)"
        case .storeTrouble(let code, let message, let hint):
            self.init(.critical, "\(message); \(hint)", id: .storeFailed)
            metadata["code"] = "\(code)"
            metadata["reason"] = "\(message)"
        case .storeRecovered:
            self.init(.notice, "the store can be written again", id: .storeRecovered)
        case .draining(let workers, let jobs):
            self.init(.notice, "draining: \(workers) workers finish \(jobs) jobs", id: .daemonDraining)
            metadata["jobs"] = "\(jobs)"
        case .reloaded(let changes):
            let text = changes.isEmpty ? "no pool has changed" : changes.joined(separator: "; ")
            self.init(.notice, "the configuration was read again: \(text)", id: .daemonReloaded)
        case .hurried:
            self.init(.warning, "ending all workers now: running jobs go back to their queues", id: .daemonHurried)
        default: self.init(.debug, "\(event)")
        }
    }
}

extension Failure {
    /// The first line of the message; the rest, often a traceback, is in the job's record.
    fileprivate var firstLine: String {
        message.split(separator: "\n").first.map(String.init) ?? ""
    }
}
