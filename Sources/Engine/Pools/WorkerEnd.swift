import JobModel
import Supervision

/// How a worker ended, for the journal, the API and the command.
package struct WorkerEnd: Sendable {
    package let worker: String
    package let pid: Int32?
    package let at: Timestamp
    package let cause: EndCause
    /// It was asked to go, and went.
    package let isExpected: Bool
    /// What it ran.
    package let jobs: [JobID]
    package let peakMemoryBytes: Int?
    /// The last lines of its stderr.
    package let lastWords: [String]
    /// The signal that ended it, when the daemon had not decided to end it.
    package let foreignSignal: String?

    package var words: String { cause.words }
}
