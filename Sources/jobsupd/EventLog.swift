import Dispatch
import Engine
import JobModel
import Logging
import Synchronization
import Systemd

/// Makes log lines of the engine's events, in one place.
///
/// Events come from the event loop, which must not wait for a log that is slow: they are written on a queue of their own, and when it
/// falls too far behind, they are dropped and counted rather than kept in memory: lines of workers first.
final class EventLog: Sendable {
    private let logger: Logger
    private let queue = DispatchQueue(label: "jobsup.events")
    private let backlog = Mutex(EventBacklog())

    init(logger: Logger) {
        self.logger = logger
    }

    func receive(_ event: EngineEvent) {
        enqueue(EventBacklog.Output(event)) { logger in
            let line = LogLine(event)
            logger.log(level: line.level, "\(line.text)", metadata: line.metadata)
        }
    }

    /// Logs something of the daemon's own in its place among the events.
    func receive(_ write: @escaping @Sendable (Logger) -> Void) {
        enqueue(nil, write)
    }

    /// A logger for those who must not wait for the log: on event loops, say.
    func queued() -> Logger {
        var queued = logger
        queued.handler = QueuedLogHandler(logger.handler, by: self)
        return queued
    }

    /// `output` is what a worker wrote; `nil` for what is the daemon's own.
    private func enqueue(_ output: EventBacklog.Output?, _ write: @escaping @Sendable (Logger) -> Void) {
        guard backlog.withLock({ $0.admit(output) }) else { return }
        queue.async { [self] in
            write(logger)
            let dropped = backlog.withLock { $0.written(output) }
            if let dropped { tell(dropped) }
        }
    }

    private func tell(_ dropped: EventBacklog.Dropped) {
        for (worker, count) in dropped.lines.sorted(by: { $0.key.name < $1.key.name }) {
            logger.warning(
                "worker \(worker.name) wrote faster than the log can: dropped \(count) of its lines",
                metadata: ["pool": "\(worker.pool)", "worker": "\(worker.name)"])
        }
        if dropped.events > 0 { logger.warning("the log could not keep up: dropped \(dropped.events) events") }
    }

    /// Returns when everything received so far is written, or when the time is over: whoever reads the log may have stopped.
    func flush(atMost limit: Duration) async {
        let isWritten = DispatchSemaphore(value: 0)
        queue.async { isWritten.signal() }
        let seconds = limit.inSeconds
        _ = await BlockingCall.run { isWritten.wait(timeout: .now() + seconds) }
    }
}
