import Glibc
import JobModel
import Logging

/// Where log events go.
package enum LogOutput: Hashable, Sendable {
    case journal
    case text(colours: Bool)
    case file(LogFile)

    /// The journal when standard error is connected to it, else text.
    ///
    /// `JOURNAL_STREAM` alone proves nothing: it stays in the environment of a process whose standard
    /// error was redirected. It names the device and inode that the descriptor must have.
    package static func detect(environment: [String: String], descriptor: Int32 = STDERR_FILENO) -> LogOutput {
        var status = stat()
        if let stream = environment["JOURNAL_STREAM"], fstat(descriptor, &status) == 0,
            stream == "\(status.st_dev):\(status.st_ino)"
        {
            return .journal
        }
        let colours =
            isatty(descriptor) == 1 && environment["TERM"] != "dumb" && environment["NO_COLOR", default: ""].isEmpty
        return .text(colours: colours)
    }

    /// The handler for `LoggingSystem.bootstrap`.
    package func handler(
        identifier: String, level: Logger.Level, now: @escaping @Sendable () -> Timestamp
    ) -> any LogHandler {
        switch self {
        case .journal: JournalLogHandler(identifier: identifier, level: level, journal: .system)
        case .text(let colours):
            TextLogHandler(level: level, colours: colours, now: now, write: Self.writeToStandardError)
        case .file(let file): TextLogHandler(level: level, colours: false, now: now, write: file.write)
        }
    }

    /// One `write` for a line, so that lines of several threads do not mix.
    @Sendable
    package static func writeToStandardError(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let base = rest.baseAddress, rest.count > 0 {
                let written = Glibc.write(STDERR_FILENO, base, rest.count)
                if written < 0 && errno == EINTR { continue }
                // Nobody is left to be told that the log cannot be written.
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            }
        }
    }
}
