import Dispatch
import Engine
import JobModel
import Logging
import Synchronization
import Systemd

/// Makes log lines of the engine's events, in one place.
///
/// Events come from the event loop, which must not wait for a log that is slow: they are written on a queue of their own, and when it
/// falls too far behind, lines of workers are dropped and counted rather than kept in memory.
final class EventLog: Sendable {
    private static let backlogLimit = 10_000

    private let logger: Logger
    private let queue = DispatchQueue(label: "jobsup.events")
    private let backlog = Mutex((waiting: 0, dropped: 0))

    init(logger: Logger) {
        self.logger = logger
    }

    func receive(_ event: EngineEvent) {
        let admitted = backlog.withLock { state in
            if state.waiting >= Self.backlogLimit, case .workerOutput = event {
                state.dropped += 1
                return false
            }
            state.waiting += 1
            return true
        }
        guard admitted else { return }
        queue.async { [self] in
            let dropped = backlog.withLock { state in
                state.waiting -= 1
                defer { if state.waiting == 0 { state.dropped = 0 } }
                return state.waiting == 0 ? state.dropped : 0
            }
            write(event)
            if dropped > 0 { logger.warning("dropped \(dropped) lines of workers: the log could not keep up") }
        }
    }

    /// Returns when everything received so far is written.
    func flush() {
        queue.sync {}
    }

    private func write(_ event: EngineEvent) {
        let line = LogLine(event)
        logger.log(level: line.level, "\(line.text)", metadata: line.metadata)
    }
}
