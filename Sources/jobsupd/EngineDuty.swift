import Engine
import JobModel
import JobStore
import Server
import ServiceLifecycle
import Systemd

/// Keeps the service manager informed while the engine runs, and sees the engine through its drain.
struct EngineDuty: Service {
    let engine: Engine
    let notifier: Notifier
    let drainTimeout: Duration?
    let trouble: StoreTrouble
    let emit: @Sendable (EngineEvent) -> Void

    /// How often the status is renewed when the manager does not set a pace by a watchdog.
    private static let statusInterval: Duration = .seconds(15)
    /// How often a drain says that it goes on.
    private static let drainInterval: Duration = .seconds(2)

    func run() async throws {
        try await gracefulShutdown()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await reportDrain() }
            if let drainTimeout {
                tasks.addTask {
                    try await Task.sleep(for: drainTimeout)
                    try await engine.hurry()
                    try await Task.sleep(for: .seconds(86400))
                }
            }
            tasks.addTask { try await engine.drain() }
            // Only the drain ends by itself.
            try await tasks.next()
            tasks.cancelAll()
        }
    }

    /// Feeds the watchdog after a proof of progress: the loop turned, and the store answered.
    func feedWatchdog() async throws {
        var last = ""
        while !Task.isCancelled {
            try await engine.probe()
            await probeStore()
            notifier.watchdog()
            let status = try await statusLine()
            // A drain says itself how far it is.
            if status != last, (try? await engine.checkNotStopping()) != nil {
                notifier.status(status)
                last = status
            }
            try await Task.sleep(for: notifier.watchdogInterval ?? Self.statusInterval)
        }
    }

    /// Returns when the store has answered; no deadline of its own, since it is the manager that counts. An answer with an error, for
    /// want of room, is an answer: the daemon would be no better off if it were killed.
    private func probeStore() async {
        if trouble.message == nil {
            _ = try? await engine.store.settle([])
        } else {
            // An empty write succeeds on a full disk as well, and would be taken for the end of the trouble.
            _ = try? await engine.store.find(JobID(1))
        }
    }

    private func reportDrain() async throws {
        let remaining = try await engine.remaining()
        emit(.draining(workers: remaining.workers, jobs: remaining.jobs))
        while true {
            // What is asked for is a little more than until the next time: a daemon that hangs is not waited for. Jobs that
            // hang have their own time limits, and workers their grace; both are kept to while the daemon drains.
            let remaining = try await engine.remaining()
            notifier.extendTimeout(by: Self.drainInterval * 10, status: remaining.words)
            try await Task.sleep(for: Self.drainInterval)
        }
    }

    private func statusLine() async throws -> String {
        let counts = engine.store.counts()
        let waiting = counts.reduce(0) { $0 + $1.queued + $1.pending }
        let running = counts.reduce(0) { $0 + $1.processing }
        let pools = try await engine.pools().map { "\($0.settings.name) \($0.workers.count)/\($0.wanted)" }
        return "\(waiting) jobs waiting, \(running) running; pools: \(pools.joined(separator: ", "))"
    }
}
