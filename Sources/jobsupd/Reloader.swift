import DaemonConfiguration
import Engine
import Glibc
import JobModel
import Logging
import Server
import Systemd

/// Reads the configuration again and brings the running daemon to it: all of it, or, when it is wrong, nothing.
actor Reloader {
    private typealias Answer = AsyncStream<Result<[String], any Error>>

    private let source: ConfigurationSource
    private let engine: Engine
    private let notifier: Notifier
    private let logger: Logger
    private let limits: LimitAnnouncement
    private let warnings: CurrentWarnings
    private var current: DaemonSettings
    private let asked: AsyncStream<Answer.Continuation>
    private let asking: AsyncStream<Answer.Continuation>.Continuation

    init(
        source: ConfigurationSource, current: DaemonSettings, engine: Engine, notifier: Notifier, logger: Logger,
        limits: LimitAnnouncement, warnings: CurrentWarnings
    ) {
        self.limits = limits
        self.warnings = warnings
        self.source = source
        self.current = current
        self.engine = engine
        self.notifier = notifier
        self.logger = logger
        (asked, asking) = AsyncStream.makeStream()
    }

    /// Carries out what is asked for, one after the other: each reload is told as done when it holds, and compares with the one
    /// before it.
    func run() async {
        for await answer in asked {
            do {
                answer.yield(.success(try await perform()))
            } catch {
                answer.yield(.failure(error))
            }
            answer.finish()
        }
    }

    /// Gives what has changed, in words. May be cancelled: a file may be on a disk that does not answer.
    nonisolated func reload() async throws -> [String] {
        try await engine.checkNotStopping()
        let (results, answer) = Answer.makeStream()
        asking.yield(answer)
        for await result in results { return try result.get() }
        try await engine.checkNotStopping()
        throw CancellationError()
    }

    private func perform() async throws -> [String] {
        try await engine.checkNotStopping()
        let settings = try await read()
        notifier.reloading()
        defer { notifier.ready() }
        let waiting = settings.needingRestart(since: current)
        // A worker that runs as another user must be able to connect.
        let socket = settings.engine.workerSocket
        // Only ever wider: a generation that is taken back may need it.
        if socket.mode > current.engine.workerSocket.mode { chmod(socket.path, socket.mode) }
        var changes = try await engine.reload(settings.pools, settings.scaling, settings.intake)
        limits.warn(of: settings.pools.filter { !current.pools.contains($0) })
        for warning in settings.warnings where !warnings.all.contains(warning) { logger.warning("\(warning)") }
        warnings.all = settings.warnings
        current.pools = settings.pools
        current.scaling = settings.scaling
        current.intake = settings.intake
        for name in waiting {
            changes.append("\(name) has changed, and takes effect when the daemon is restarted")
            logger.warning("\(name) has changed: it takes effect when the daemon is restarted")
        }
        return changes
    }

    /// For a signal, which nobody waits for: what is wrong goes to the log.
    nonisolated func reloadForSignal() async {
        do {
            _ = try await reload()
        } catch {
            logger.warning("the configuration is unchanged: \(error)")
        }
    }

    private func read() async throws -> DaemonSettings {
        let source = source
        let result = await BlockingCall.runUntilCancelled {
            Result { try DaemonSettings(try source.load(), environment: source.environment) }
        }
        guard let result else { throw CancellationError() }
        do {
            return try result.get()
        } catch let error as ConfigurationError {
            for problem in error.problems { report("\(problem)") }
            let more = error.problems.count > 1 ? " (and \(error.problems.count - 1) more)" : ""
            throw Self.refusal("\(error.problems.first.map(String.init(describing:)) ?? "")\(more)")
        } catch {
            report("\(error)")
            throw Self.refusal("\(error)")
        }
    }

    private func report(_ problem: String) {
        logger.event(.reloadFailed, level: .error, "\(problem)", metadata: ["reason": "\(problem)"])
    }

    private static func refusal(_ problem: String) -> Refusal {
        Refusal(
            code: "bad_configuration", message: "the configuration is wrong, and nothing has changed: \(problem)",
            hint: "`jobsup config check` names every mistake")
    }
}

extension DaemonSettings {
    /// The settings that differ and that a running daemon cannot take over.
    fileprivate func needingRestart(since old: DaemonSettings) -> [String] {
        let differences: [(String, Bool)] = [
            ("log_level", logLevel != old.logLevel), ("log", log != old.log),
            ("state_directory", stateDirectory != old.stateDirectory),
            ("runtime_directory", runtimeDirectory != old.runtimeDirectory),
            ("socket_group", socketGroup != old.socketGroup),
            ("drain_timeout", drainTimeout != old.drainTimeout),
            ("store.synchronous", store.synchronous != old.store.synchronous),
            ("store.result_ttl", resultTimeToLive != old.resultTimeToLive), ("store.history", history != old.history),
            ("limits.payload", limits.payloadBytes != old.limits.payloadBytes),
            ("limits.result", limits.resultBytes != old.limits.resultBytes),
        ]
        return differences.filter(\.1).map(\.0)
    }
}
