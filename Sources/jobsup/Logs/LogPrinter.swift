import Foundation

/// Prints entries, many at once.
struct LogPrinter {
    private let isJSON: Bool
    private let style: Style
    private var pending: [UInt8] = []
    private static let batchBytes = 64 << 10

    init(isJSON: Bool, style: Style) {
        self.isJSON = isJSON
        self.style = style
    }

    /// `false` when nobody reads any more.
    mutating func add(_ record: LogRecord) throws(Complaint) -> Bool {
        if isJSON { pending += Self.json(record) } else { pending += text(record).utf8 }
        pending.append(UInt8(ascii: "\n"))
        return pending.count < Self.batchBytes ? true : try flush()
    }

    mutating func flush() throws(Complaint) -> Bool {
        defer { pending.removeAll(keepingCapacity: true) }
        return pending.isEmpty ? true : try Console.print(bytes: pending)
    }

    /// Time, level, who and for which job, and what.
    func text(_ record: LogRecord) -> String {
        let level = record.level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
        let who = record.fields["worker"] ?? record.fields["pool"] ?? "jobsupd"
        let job = record.fields["job"].map { " job \($0)" } ?? ""
        let head = Shown.line(who + job) + ":"
        let lines = Shown.lines(record.message)
        return
            ([
                style.paint(Shown.line(record.time), .quiet) + " " + style.paint(level, record.level.tint) + " "
                    + style.paint(head, .strong) + " " + (lines.first ?? "")
            ] + lines.dropFirst().map { "    \($0)" }).joined(separator: "\n")
    }

    private static func json(_ record: LogRecord) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(record)).map { Array($0) } ?? []
    }
}
