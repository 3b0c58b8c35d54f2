import Engine
import JobModel
import Logging
import Systemd

/// An event as a line for people with fields for programs.
struct LogLine {
    var level: Logger.Level
    var text: String
    var metadata: Logger.Metadata = [:]

    init(_ event: EngineEvent) {
        switch event {
        case .workerStarted, .workerReady, .workerExited, .workerStopping, .workerOutput, .spawnFailed, .poolScaled:
            self.init(worker: event)
        case .jobRequeued, .jobRetried, .jobEnded, .settlementStale:
            self.init(job: event)
        case .connectionRefused, .storeTrouble, .storeRecovered, .draining, .hurried:
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
        case .workerExited(let worker, let end):
            let jobs = end.jobs.map { "job \($0)" }.joined(separator: ", ")
            let running = end.isExpected || jobs.isEmpty ? "" : " running \(jobs)"
            self.init(
                end.isExpected ? .info : .error, "worker \(worker.name) \(end.words)\(running)",
                id: end.foreignSignal == nil ? .workerExited : .workerKilled)
            metadata["status"] = "\(end.words)"
            if let signal = end.foreignSignal { metadata["signal"] = "\(signal)" }
            if let peak = end.peakRSSBytes { metadata["peak_rss_bytes"] = "\(peak)" }
            if let job = end.jobs.first { metadata["job"] = "\(job)" }
            name(worker)
        case .workerStopping(let worker, let why):
            self.init(.info, "stopping worker \(worker.name): \(why)")
            name(worker)
        case .workerOutput(let worker, let job, let stream, let text):
            self.init(stream == "stderr" ? .notice : .info, text)
            metadata["stream"] = "\(stream)"
            name(worker)
            if let job { name(job) }
        case .spawnFailed(let pool, let message, let delay):
            self.init(
                .error, "cannot start a worker of pool \(pool): \(message); next try in \(delay.inSeconds) s",
                id: .spawnFailed)
            metadata["pool"] = "\(pool)"
            metadata["reason"] = "\(message)"
        case .poolScaled(let pool, let from, let to):
            self.init(.notice, "pool \(pool) scaled from \(from) to \(to) by hand", id: .poolScaled)
            metadata["pool"] = "\(pool)"
            metadata["from"] = "\(from)"
            metadata["to"] = "\(to)"
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
