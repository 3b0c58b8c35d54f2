/// Where the log is kept.
enum LogPlace: Equatable {
    case journal(unit: String?)
    case file(String)

    /// What the daemon says of it.
    init(_ log: StatusDocument.Log?) throws(Complaint) {
        switch (log?.kind, log?.path) {
        case ("journal", _): self = .journal(unit: log?.unit)
        case ("file", let path?): self = .file(path)
        case ("stderr", _):
            throw Complaint(
                "the daemon's log is not kept: it goes to its standard error",
                hint:
                    "name a file in its configuration, log: {file: /var/log/jobsup/jobsup.log}, or let systemd start it",
                .noLog)
        default:
            throw Complaint(
                "the daemon does not say where its log is",
                hint: "is it older than this command? --file reads a log file", .noLog)
        }
    }

    func source(_ request: LogRequest) throws(Complaint) -> any LogSource {
        switch self {
        case .journal(let unit): try JournalLog(unit: unit, request: request)
        case .file(let path): try FileLog(path: path, request: request)
        }
    }
}
