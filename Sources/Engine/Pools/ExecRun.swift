import JobModel
import NIOCore
import ProcessHost
import Supervision

/// One program that runs one job. Lives on the engine's event loop.
final class ExecRun {
    let name: String
    let pool: String
    var job: InFlightJob
    let startedAt: Timestamp
    var process: ProcessHandle?
    var pid: Int32?
    /// Armed for the job's deadline and the steps after it.
    var timer: Scheduled<Void>?
    /// When it is killed, or was.
    var killAt: Duration?
    /// The last lines of its stderr, for the record of a failure.
    private(set) var lastWords = LastWords()
    /// Why the daemon is ending it, when it does.
    var stopReason: StopReason?
    var memoryBytes: Int?
    var peakMemoryBytes: Int?

    init(name: String, pool: String, job: InFlightJob, startedAt: Timestamp) {
        self.name = name
        self.pool = pool
        self.job = job
        self.startedAt = startedAt
    }

    var named: EngineEvent.Worker { EngineEvent.Worker(pool: pool, name: name, pid: pid) }

    var namedJob: EngineEvent.Job { EngineEvent.Job(job) }

    func heard(_ line: OutputLine) {
        if line.stream == .error { lastWords.heard(line.text) }
    }

    func end(_ exit: ProcessExit, at now: Timestamp) -> WorkerEnd {
        let cause = EndCause(exit, after: stopReason, peakBytes: peakMemoryBytes)
        return WorkerEnd(
            worker: name, pid: pid, at: now, cause: cause, exit: exit,
            isExpected: stopReason.map { !$0.isFault } ?? exit.isSuccess, isAsked: stopReason != nil,
            jobs: [job.lease.job], peakMemoryBytes: peakMemoryBytes, lastWords: lastWords)
    }

    /// What the end of the program says about the job; `nil` when nothing. One that was told to end may do so with exit code 0,
    /// which does not say that its work is done.
    func report(on exit: ProcessExit, _ cause: EndCause, resultLimitBytes: Int) -> AttemptReport? {
        let said = lastWords.lines.isEmpty ? "" : ": " + lastWords.text
        switch job.ending {
        case .timeout: return .timedOut(limit: job.timeout ?? .zero)
        case .cancel: return .cancelled
        case nil: break
        }
        if case .memoryLimit? = stopReason {
            return .interrupted(type: cause.failureType, message: "\(name) \(cause.words)" + said)
        }
        guard stopReason == nil else { return nil }
        if exit.isSuccess {
            guard !exit.outputExceeded else {
                return .resultTooLarge(bytes: resultLimitBytes + 1, limit: resultLimitBytes)
            }
            return .done(result: exit.standardOutput)
        }
        switch cause {
        case .exitCode(ExitCode.temporaryFailure):
            return .retryLater(type: cause.failureType, message: "asked for another attempt" + said)
        case .exitCode(let code):
            // Also 125: a program that is started for each job is not held.
            return .failed(type: cause.failureType, message: "ended with exit code \(code)" + said, mayRetry: true)
        default: return .crashed(type: cause.failureType, message: "\(name) \(cause.words)" + said)
        }
    }

    private enum ExitCode {
        /// EX_TEMPFAIL of sysexits.h.
        static let temporaryFailure: Int32 = 75
    }
}
