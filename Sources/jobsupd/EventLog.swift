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
        let output: Int? = if case .workerOutput(_, _, _, let text) = event { text.utf8.count } else { nil }
        enqueue(outputBytes: output) { logger in
            let line = LogLine(event)
            logger.log(level: line.level, "\(line.text)", metadata: line.metadata)
        }
    }

    /// Logs something of the daemon's own in its place among the events.
    func receive(_ write: @escaping @Sendable (Logger) -> Void) {
        enqueue(outputBytes: nil, write)
    }

    /// A logger for those who must not wait for the log: on event loops, say.
    func queued() -> Logger {
        var queued = logger
        queued.handler = QueuedLogHandler(logger.handler, by: self)
        return queued
    }

    /// `outputBytes` is what a worker wrote; `nil` for what is the daemon's own.
    private func enqueue(outputBytes: Int?, _ write: @escaping @Sendable (Logger) -> Void) {
        guard backlog.withLock({ $0.admit(outputBytes: outputBytes) }) else { return }
        queue.async { [self] in
            write(logger)
            let dropped = backlog.withLock { $0.written(outputBytes: outputBytes) }
            if let dropped {
                logger.warning(
                    "the log could not keep up: dropped \(dropped.lines) lines of workers and \(dropped.events) other events"
                )
            }
        }
    }

    /// Returns when everything received so far is written, or when the time is over: whoever reads the log may have stopped.
    func flush(atMost limit: Duration) async {
        let isWritten = DispatchSemaphore(value: 0)
        queue.async { isWritten.signal() }
        let seconds = limit.inSeconds
        _ = await BlockingCall.run { isWritten.wait(timeout: .now() + seconds) }
    }
}

/// How much waits to be logged, and what is not let in any more.
struct EventBacklog {
    /// Lines of workers, which come in any number, leave room for the daemon's own events.
    static let outputLimit = 10_000
    /// A worker may write a gigabyte without a newline, which comes in the longest lines that there are.
    static let outputBytesLimit = 8 << 20
    static let limit = 20_000

    struct Dropped: Hashable {
        var lines = 0
        var events = 0
    }

    private var waiting = 0
    private var waitingBytes = 0
    private var dropped = Dropped()

    /// Whether there is room for one more.
    mutating func admit(outputBytes: Int?) -> Bool {
        if let outputBytes {
            guard waiting < Self.outputLimit, waitingBytes < Self.outputBytesLimit else {
                dropped.lines += 1
                return false
            }
            waitingBytes += outputBytes
        } else if waiting >= Self.limit {
            dropped.events += 1
            return false
        }
        waiting += 1
        return true
    }

    /// One is written; gives what was dropped once the log has caught up.
    mutating func written(outputBytes: Int?) -> Dropped? {
        waiting -= 1
        waitingBytes -= outputBytes ?? 0
        guard waiting == 0, dropped != Dropped() else { return nil }
        defer { dropped = Dropped() }
        return dropped
    }
}
