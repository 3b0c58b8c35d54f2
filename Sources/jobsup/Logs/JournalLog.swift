import Foundation

/// The log in the system's journal, read by `journalctl`.
final class JournalLog: LogSource {
    private let program: JournalProgram
    private let filter: LogFilter
    private var lines = LogLines()

    var wakeDescriptor: CInt { program.output }

    /// `unit` is the service whose entries are the daemon's; `nil` when nobody knows, and all of that name count.
    init(unit: String?, request: LogRequest) throws(Complaint) {
        filter = request.filter
        program = try JournalProgram(Self.arguments(unit: unit, request: request))
    }

    func read(_ each: (LogRecord) throws(Complaint) -> Bool) throws(Complaint) -> Bool {
        let wanted = { [filter] (line: ArraySlice<UInt8>) throws(Complaint) -> Bool in
            guard let record = LogRecord(journal: line), filter.admits(record) else { return true }
            return try each(record)
        }
        while let bytes = program.next() {
            guard !bytes.isEmpty else {
                if let refusal = program.refusal() { throw refusal }
                // Nothing more for now.
                return try lines.flush(wanted)
            }
            guard try lines.add(bytes, wanted) else { return false }
        }
        guard try lines.finish(wanted) else { return false }
        if let complaint = program.complaint() { throw complaint }
        return false
    }

    static func arguments(unit: String?, request: LogRequest) -> [String] {
        let filter = request.filter
        var arguments = ["--output=json", "--all", "--no-pager"]
        if let lines = request.lines {
            arguments.append("--lines=\(lines)")
        } else if request.follows {
            arguments.append("--no-tail")
        }
        if request.follows { arguments.append("--follow") }
        if let level = filter.level { arguments.append("--priority=\(level.priority)") }
        if let since = filter.since { arguments.append("--since=@\(max(0, since.milliseconds) / 1000)") }
        // `_SYSTEMD_UNIT` is the journal's own word for where an entry comes from; anybody can write the others.
        if let unit { arguments.append("_SYSTEMD_UNIT=\(unit)") }
        arguments.append("SYSLOG_IDENTIFIER=jobsupd")
        let names = ["job": "JOBSUP_JOB_ID"]
        return arguments + filter.fields.map { "\(names[$0.key] ?? "JOBSUP_\($0.key.uppercased())")=\($0.value)" }
    }
}
