import JobModel
import TaskJSON
import TextLog

/// One entry of the daemon's log: an event of its own, or a line that a worker wrote.
struct LogRecord: Equatable, Encodable {
    /// RFC 3339.
    let time: String
    let level: LogLevel
    let message: String
    /// `pool`, `worker`, `pid`, `job`, `queue`, `stream` and so on.
    let fields: [String: String]

    var instant: Timestamp? { RFC3339.parse(time) }

    enum CodingKeys: CodingKey { case time, level, message, fields }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(time, forKey: .time)
        try container.encode(level.rawValue, forKey: .level)
        try container.encode(message, forKey: .message)
        try container.encode(fields, forKey: .fields)
    }
}

extension LogRecord {
    /// Reads an entry of a log file; `nil` for anything else that stands there.
    init?(line: ArraySlice<UInt8>) {
        guard let text = TextLine(line), let level = LogLevel(rawValue: text.level) else { return nil }
        let pairs = text.pairs.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
        self.init(
            time: text.time, level: level, message: text.message, fields: Dictionary(pairs) { _, later in later })
    }
}
