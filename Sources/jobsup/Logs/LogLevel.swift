import ArgumentParser

/// How important an entry of the log is.
enum LogLevel: String, CaseIterable, Comparable, ExpressibleByArgument {
    case trace, debug, info, notice, warning, error, critical

    static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// syslog's number, which the journal has in its place.
    var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// The level of an entry in the journal.
    init(priority: Int) {
        switch priority {
        case ...2: self = .critical
        case 3: self = .error
        case 4: self = .warning
        case 5: self = .notice
        case 6: self = .info
        default: self = .debug
        }
    }

    var tint: Tint? {
        switch self {
        case .trace, .debug: .quiet
        case .info, .notice: nil
        case .warning: .notable
        case .error, .critical: .bad
        }
    }
}
