import JobModel
import ProcessHost
import Supervision

/// How a worker ended, for the journal, the API and the command.
package struct WorkerEnd: Sendable {
    package let worker: String
    package let pid: Int32?
    package let at: Timestamp
    package let cause: EndCause
    /// What the kernel said; `unknown` as long as it has not.
    package let status: EndCause.Status
    /// It was asked to go, and went.
    package let isExpected: Bool
    /// The daemon had decided to end it.
    package let isAsked: Bool
    /// What it ran.
    package let jobs: [JobID]
    package let peakMemoryBytes: Int?
    /// The last lines of its stderr.
    package let lastWords: [String]

    init(
        worker: String, pid: Int32?, at: Timestamp, cause: EndCause, exit: ProcessExit?, isExpected: Bool,
        isAsked: Bool, jobs: [JobID], peakMemoryBytes: Int? = nil, lastWords: LastWords = LastWords()
    ) {
        self.worker = worker
        self.pid = pid
        self.at = at
        self.cause = cause
        status = exit.map { EndCause.Status($0.cause) } ?? .unknown
        self.isExpected = isExpected && status.isOfStop
        self.isAsked = isAsked
        self.jobs = jobs
        self.peakMemoryBytes = [exit?.peakMemoryBytes, peakMemoryBytes].compactMap(\.self).max()
        self.lastWords = lastWords.lines
    }

    /// The signal that ended it, when the daemon had not decided to end it.
    package var foreignSignal: String? { isAsked ? nil : signal }

    package var signal: String? {
        if case .signal(let name, _) = status { name } else { nil }
    }

    package var exitCode: Int32? {
        if case .code(let code) = status { code } else { nil }
    }

    package var isCoreDumped: Bool {
        if case .signal(_, coreDumped: true) = status { true } else { false }
    }

    /// As the end of "worker mail-3 …": why the daemon ended it, and what the kernel said where that tells more.
    package var words: String {
        guard !cause.isStatus, cause.isStopped || !status.isOfStop else { return cause.words }
        return switch status {
        case .code(0), .unknown: cause.words
        case .code(let code): "\(cause.words) (exit code \(code))"
        case .signal(let name, let coreDumped): "\(cause.words) (\(name)\(coreDumped ? ", with a core dump" : ""))"
        }
    }
}
