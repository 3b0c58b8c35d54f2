/// What happens to a process, in this order: `failed` alone, or `started`, lines and what it notifies, `exited` once.
///
/// A descendant that outlives the process may still write lines after `exited`.
package enum ProcessEvent: Sendable {
    /// The program itself runs: it replaced the launcher.
    case started(processID: Int32)
    case lines(OutputBatch)
    /// The process, or a descendant, said how it is. Never before `started`, never after `exited`.
    case notified(NotifyMessage)
    /// It was not started, and nothing of it is left.
    case failed(SpawnError)
    case exited(ProcessExit)
}

/// A line that a process wrote, without its end.
package struct OutputLine: Hashable, Sendable {
    package enum Stream: Hashable, Sendable {
        case output
        case error
    }

    /// The longest line, in bytes; a longer one comes in pieces.
    package static let limitBytes = 8192

    package let stream: Stream
    /// Bytes that are not UTF-8 are replaced.
    package let text: String
    /// The line is longer than the limit and goes on in the next piece.
    package let isCut: Bool

    package init(stream: Stream, text: String, isCut: Bool) {
        self.stream = stream
        self.text = text
        self.isCut = isCut
    }
}
