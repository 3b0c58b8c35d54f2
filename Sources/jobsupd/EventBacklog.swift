import Engine

/// How much waits to be logged, and what is not let in any more.
struct EventBacklog {
    struct Worker: Hashable {
        let pool: String
        let name: String
    }

    /// Lines that a worker wrote.
    struct Output {
        let worker: Worker
        let bytes: Int
    }

    struct Dropped: Hashable {
        var lines: [Worker: Int] = [:]
        var events = 0
    }

    /// Lines of workers, which come in any number, leave room for the daemon's own events.
    static let outputLimit = 10_000
    /// Nor may they be of any length.
    static let outputBytesLimit = 16 << 20
    /// What one worker may have of it: one that writes a gigabyte keeps no line of another one out.
    static let workerBytesLimit = 1 << 20
    static let limit = 20_000

    private var waiting = 0
    private var waitingLines = 0
    private var waitingBytes = 0
    private var bytesOfWorkers: [Worker: Int] = [:]
    private var dropped = Dropped()

    /// Whether there is room for one more; `nil` is an event of the daemon.
    mutating func admit(_ output: Output?) -> Bool {
        if let output {
            let own = bytesOfWorkers[output.worker, default: 0]
            guard waitingLines < Self.outputLimit, waitingBytes < Self.outputBytesLimit, own < Self.workerBytesLimit
            else {
                dropped.lines[output.worker, default: 0] += 1
                return false
            }
            waitingLines += 1
            waitingBytes += output.bytes
            bytesOfWorkers[output.worker] = own + output.bytes
        } else if waiting >= Self.limit {
            dropped.events += 1
            return false
        }
        waiting += 1
        return true
    }

    /// One is written; gives what was dropped and can be told now, because the log has caught up with it.
    mutating func written(_ output: Output?) -> Dropped? {
        waiting -= 1
        var caughtUp = Dropped()
        if let output {
            waitingLines -= 1
            waitingBytes -= output.bytes
            let own = bytesOfWorkers[output.worker, default: 0] - output.bytes
            bytesOfWorkers[output.worker] = own > 0 ? own : nil
            if own <= 0 { caughtUp.lines[output.worker] = dropped.lines.removeValue(forKey: output.worker) }
        }
        if waitingLines == 0 {
            caughtUp.lines.merge(dropped.lines) { $1 }
            dropped.lines = [:]
        }
        if waiting < Self.limit / 2 { swap(&caughtUp.events, &dropped.events) }
        return caughtUp == Dropped() ? nil : caughtUp
    }
}

extension EventBacklog.Output {
    /// What short lines, and empty ones, take besides their text.
    private static let lineBytes = 100

    /// `nil` for what is no output.
    init?(_ event: EngineEvent) {
        guard case .workerOutput(let worker, _, _, let text) = event else { return nil }
        self.init(worker: .init(pool: worker.pool, name: worker.name), bytes: text.utf8.count + Self.lineBytes)
    }
}
