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
    /// The last lines of its stderr, for the record of a failure.
    private(set) var lastWords: [String] = []
    /// Why the daemon is ending it, when it does.
    var stopReason: String?

    private static let lastWordsLines = 20
    private static let lastWordsBytes = 4096

    init(name: String, pool: String, job: InFlightJob, startedAt: Timestamp) {
        self.name = name
        self.pool = pool
        self.job = job
        self.startedAt = startedAt
    }

    var named: EngineEvent.Worker { EngineEvent.Worker(pool: pool, name: name, pid: pid) }

    var namedJob: EngineEvent.Job { EngineEvent.Job(job) }

    func heard(_ text: String) {
        lastWords.append(text)
        while lastWords.count > Self.lastWordsLines
            || (lastWords.count > 1 && lastWords.reduce(0, { $0 + $1.utf8.count }) > Self.lastWordsBytes)
        {
            lastWords.removeFirst()
        }
    }

    /// What the end of the program says about the job.
    func report(on exit: ProcessExit, resultLimitBytes: Int) -> AttemptReport {
        if exit.isSuccess {
            guard !exit.outputExceeded else {
                return .resultTooLarge(bytes: resultLimitBytes + 1, limit: resultLimitBytes)
            }
            return .done(result: exit.standardOutput)
        }
        let said = lastWords.isEmpty ? "" : ": " + lastWords.joined(separator: "\n")
        switch job.ending {
        case .timeout: return .timedOut(limit: job.timeout ?? .zero)
        case .cancel: return .cancelled
        case nil: break
        }
        switch exit.cause {
        case .code(ExitCode.temporaryFailure):
            return .retryLater(type: exit.shortName, message: "asked for another attempt" + said)
        case .code: return .failed(type: exit.shortName, message: exit.words + said, mayRetry: true)
        case .signal, .unknown: return .crashed(type: exit.shortName, message: "\(name) \(exit.words)" + said)
        }
    }

    private enum ExitCode {
        /// EX_TEMPFAIL of sysexits.h.
        static let temporaryFailure: Int32 = 75
    }
}
