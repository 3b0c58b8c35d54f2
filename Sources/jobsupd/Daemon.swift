import Engine
import Foundation
import JobModel
import JobStore
import Logging
import NIOPosix
import ProcessHost
import SQLiteStore
import Server
import ServiceLifecycle
import Systemd
import UnixSignals

/// The assembly: the only place that names the concrete parts together, and their order at start and stop.
struct Daemon {
    static let version = "0.1.0"

    let settings: DaemonSettings
    let source: ConfigurationSource
    let logger: Logger
    let logPlace: LogPlace
    let notifier: Notifier
    let time: TimeSource

    /// Runs until a signal ends it and everything that ran has come to its end.
    func run() async throws {
        try prepareDirectories()
        let stateLock = try DirectoryLock(.state, directory: settings.stateDirectory)
        let runtimeLock = try DirectoryLock(.runtime, directory: settings.runtimeDirectory)
        let log = EventLog(logger: logger)
        let queued = log.queued()
        let groups = ControlGroups.adopt(logger: queued)
        let former = FormerRun(stateDirectory: settings.stateDirectory, logger: queued)
        let markers = MarkerRange.draw(random: .random(in: .min ... .max))
        await BlockingCall.run { former.end(before: markers) }
        let host = try ProcessHost(logger: queued, startsAhead: true, controlGroups: groups, markers: markers)
        let limits = LimitAnnouncement(support: groups.support, host: host, logger: queued)
        limits.announce()
        limits.warn(of: settings.pools)
        let warnings = CurrentWarnings(settings.warnings)
        let trouble = StoreTrouble()
        let emit: @Sendable (EngineEvent) -> Void = { event in
            switch event {
            case .storeTrouble(_, let message, _): trouble.message = message
            case .storeRecovered: trouble.message = nil
            default: break
            }
            log.receive(event)
        }
        let store = try SQLiteStore(settings.store)
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        // A request costs the API ten times what a frame costs the engine: two loops, so that it keeps up with the disk.
        let webLoops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        // From here on: a signal that comes while the workers are started ends the daemon like any other, with none left behind.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let engine = try await Engine.start(
            settings.engine, store: store, host: host, on: loops.next(), time: time,
            random: SystemRandomNumberGenerator(), emit: emit)
        let duty = EngineDuty(
            engine: engine, notifier: notifier, drainTimeout: settings.drainTimeout, trouble: trouble, emit: emit)
        let reloader = Reloader(
            source: source, current: settings, engine: engine, notifier: notifier, logger: queued,
            limits: limits, warnings: warnings)
        let (listening, listens) = AsyncStream.makeStream(of: Void.self)
        let (stoppable, mayStop) = AsyncStream.makeStream(of: Void.self)
        let server = APIServer(
            engine: engine, facts: facts(groups.support, warnings), time: time, trouble: trouble,
            requestIDs: RequestIDSource(SystemRandomNumberGenerator()),
            reload: Reload { try await cancelWhenGracefulShutdown { try await reloader.reload() } },
            userName: { number in await BlockingCall.run { UserName.find(number) } }, socket: settings.apiSocket,
            loops: webLoops, logger: queued,
            onListening: {
                listens.finish()
                mayStop.finish()
            })
        // Shut down in reverse: first the engine drains, and until it has, the API answers.
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: server),
                    .init(service: Pruning(store: store, settings: settings, time: time, logger: queued)),
                    .init(service: duty),
                ], logger: queued))
        var failure: (any Error)?
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                tasks.addTask {
                    // Stopped before it listens, the server would miss its socket, and call that an error.
                    for await _ in stoppable {}
                    try await obey(signals, group, engine, reloader)
                }
                tasks.addTask {
                    for await _ in listening {}
                    try Task.checkCancellation()
                    announceStart()
                    try await duty.feedWatchdog()
                }
                // Whoever is first cancels the others, by a return as by an error.
                defer { tasks.cancelAll() }
                try await tasks.next()
            }
        } catch {
            failure = error
        }
        if await !Self.killLeftovers(of: host) {
            log.receive { $0.warning("processes that workers left behind cannot be killed and live on") }
        }
        await BlockingCall.run { store.close() }
        if let failure { throw failure }
        log.receive { $0.event(.daemonStopped, level: .notice, "stopped") }
        await log.flush(atMost: Self.flushLimit)
        try await loops.shutdownGracefully()
        try await webLoops.shutdownGracefully()
        withExtendedLifetime(stateLock) {}
        withExtendedLifetime(runtimeLock) {}
    }

    /// How long the daemon waits for processes that workers left behind; a chain of them is killed link by link.
    private static let leftoverLimit: Duration = .seconds(5)
    /// How long the last lines may take.
    private static let flushLimit: Duration = .seconds(5)

    /// What is left of workers may outlive this process, since only workers themselves are killed with it. Says whether all are gone.
    private static func killLeftovers(of host: ProcessHost) async -> Bool {
        let (dying, dead) = AsyncStream.makeStream(of: Void.self)
        host.killEverything { dead.finish() }
        return await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                for await _ in dying {}
                return !Task.isCancelled
            }
            tasks.addTask {
                try? await Task.sleep(for: leftoverLimit)
                return false
            }
            defer { tasks.cancelAll() }
            return await tasks.next() ?? false
        }
    }

    private func facts(_ groups: ControlGroupSupport, _ warnings: CurrentWarnings) -> DaemonFacts {
        DaemonFacts(
            version: Self.version, pid: getpid(), startedAt: time.now(), storeKind: "sqlite",
            storePath: settings.store.path, synchronous: settings.store.synchronous.rawValue,
            workerLimits: WorkerLimitFacts(groups), log: logPlace, warnings: warnings,
            bodyLimitBytes: max(16 << 20, settings.limits.payloadBytes * 2))
    }

    private func prepareDirectories() throws(DirectoryFailure) {
        try DirectoryFailure.orMake(settings.stateDirectory, mode: 0o750)
        // Workers with users of their own come through here; the sockets have modes of their own.
        try DirectoryFailure.orMake(settings.runtimeDirectory, mode: 0o755)
    }

    private func announceStart() {
        logger.event(
            .daemonStarted, level: .notice, "jobsupd \(Self.version) is ready: \(settings.pools.count) pools",
            metadata: ["version": "\(Self.version)", "pools": "\(settings.pools.count)"])
        notifier.ready(status: "running")
    }

    /// The first SIGTERM or SIGINT drains, every further one hurries. SIGHUP reads the configuration again, as the API does.
    private func obey(
        _ signals: UnixSignalsSequence, _ group: ServiceGroup, _ engine: Engine, _ reloader: Reloader
    ) async throws {
        let (asked, reloads) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await reloader.run() }
            tasks.addTask { for await _ in asked { await reloader.reloadForSignal() } }
            tasks.addTask { try await obey(signals, group, engine, reloads) }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    private func obey(
        _ signals: UnixSignalsSequence, _ group: ServiceGroup, _ engine: Engine,
        _ reloads: AsyncStream<Void>.Continuation
    ) async throws {
        var count = 0
        for await signal in signals {
            if signal == .sighup {
                // Not waited for: a file may be on a disk that does not answer, and SIGTERM must be heard.
                if count == 0 { reloads.yield() }
                continue
            }
            count += 1
            if count == 1 {
                notifier.stopping(status: "draining")
                await group.triggerGracefulShutdown()
            } else {
                try await engine.hurry()
            }
        }
    }
}
