import Glibc
import JobModel
import Logging
import Synchronization
import TextLog

/// The log as a file of its own, for daemons without a journal.
///
/// A line that cannot be written there goes to `fallback`, with one complaint before the first of them; each further line
/// tries the file again. When somebody else moves the file away (logrotate, say), the next line makes a new one.
package final class LogFile: Sendable {
    private struct State: ~Copyable {
        var file: OpenLogFile?
        /// Lines that went elsewhere since the file failed.
        var strayCount = 0
    }

    package let path: String
    private let rotation: LogRotation
    private let now: @Sendable () -> Timestamp
    private let fallback: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// `fallback` takes the lines that the file does not.
    package init(
        path: String, rotation: LogRotation, now: @escaping @Sendable () -> Timestamp,
        fallback: @escaping @Sendable (String) -> Void
    ) {
        self.path = path
        self.rotation = rotation
        self.now = now
        self.fallback = fallback
    }

    /// Writes a line that ends with a newline, as a whole or not at all.
    package func write(_ line: String) {
        state.withLock { state in
            do throws(LogFileFailure) {
                // Both or none: on a disk that is nearly full there may be room for the one and not for the other.
                let strays = "\(state.strayCount) lines went to standard error before this one"
                try append(state.strayCount > 0 ? notice(strays) + line : line, &state.file)
                state.strayCount = 0
            } catch {
                state.file = nil
                if state.strayCount == 0 {
                    fallback(notice("the log cannot be written to \(path): \(error); until it can, it comes here"))
                }
                state.strayCount += 1
                fallback(line)
            }
        }
    }

    private func notice(_ text: String) -> String {
        TextLogHandler.line(at: now(), level: .warning, text: LogWord.printable(text))
    }

    private func append(_ text: String, _ file: inout OpenLogFile?) throws(LogFileFailure) {
        var size = try open(&file)
        if rotation.isDue(size: size, adding: text.utf8.count) {
            try rotate()
            size = try open(&file)
        }
        try file?.append(text, at: size)
    }

    /// Opens the file anew unless it is the open one; gives its size.
    private func open(_ file: inout OpenLogFile?) throws(LogFileFailure) -> Int {
        if let size = file?.size(at: path) { return size }
        file = try OpenLogFile(path: path)
        guard let size = file?.size(at: path) else { throw LogFileFailure("it is moved away all the time") }
        return size
    }

    private func rotate() throws(LogFileFailure) {
        for step in rotation.steps(of: path, exists: { access($0, F_OK) == 0 }) {
            switch step {
            case .rename(let from, let to): if Glibc.rename(from, to) != 0 { throw LogFileFailure.lastCall() }
            case .remove(let name): if unlink(name) != 0 { throw LogFileFailure.lastCall() }
            }
        }
    }
}

extension LogFile: Hashable {
    package static func == (left: LogFile, right: LogFile) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
