import Glibc
import JobModel
import Logging
import TextLog

/// Log events as lines of text: time, level, message, `key=value`.
package struct TextLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level

    private let colours: Bool
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable (String) -> Void

    package init(
        level: Logger.Level,
        colours: Bool,
        now: @escaping @Sendable () -> Timestamp,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.logLevel = level
        self.colours = colours
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let metadata = Logger.Metadata.merged(logger: metadata, provider: metadataProvider, event: event)
        let text = LogText(event, metadata: metadata)
        let instant = now()
        let time = Self.time(instant)
        let level = TextLine.padded(level: event.level.rawValue)
        guard colours else { return write(Self.line(at: instant, level: event.level, text: text.line)) }
        let pairs = text.pairs.map { " \u{1B}[2m\($0.key)=\u{1B}[0m\($0.value)" }.joined()
        let message = text.message + LogPairs.separator(after: text.message)
        write("\u{1B}[2m\(time)\u{1B}[0m \(Self.colour(of: event.level))\(level)\u{1B}[0m \(message)\(pairs)\n")
    }

    /// A line with its newline; the text is fit for it.
    static func line(at instant: Timestamp, level: Logger.Level, text: String) -> String {
        "\(time(instant)) \(TextLine.padded(level: level.rawValue)) \(text)\n"
    }

    private static func colour(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "\u{1B}[2m"
        case .info: "\u{1B}[32m"
        case .notice: "\u{1B}[36m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[1;31m"
        }
    }

    /// RFC 3339 in UTC with milliseconds, the form that the API uses too.
    package static func time(_ instant: Timestamp) -> String {
        var seconds = time_t(instant.milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let fraction = String(Int(instant.milliseconds % 1000) + 1000).dropFirst()
        return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(fraction)Z"
    }

    private static func two(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
