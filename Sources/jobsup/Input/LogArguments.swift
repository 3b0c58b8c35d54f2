import ArgumentParser
import Foundation
import JobModel

/// What can be said of the wanted part of the log, whatever it is about.
struct LogArguments: ParsableArguments {
    @Option(help: "Only what is so important or more.", completion: .list(LogLevel.allCases.map(\.rawValue)))
    var level: LogLevel?

    @Option(
        help: ArgumentHelp("Only what is not older: 10m, 2030-01-31T08:00:00Z, or Unix seconds.", valueName: "time"))
    var since: SinceArgument?

    @Option(
        name: [.customShort("n"), .long], help: ArgumentHelp("Only so many entries, the last ones.", valueName: "count")
    )
    var lines: Int?

    @Flag(name: .shortAndLong, help: "Go on with what comes.")
    var follow = false

    @Option(help: "Read this log file, and those that were put aside; needs no daemon.", completion: .file())
    var file: String?

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("--lines is 0 or more.") }
    }

    /// `standard` is how many lines are shown when nobody says how many, or since when.
    func request(_ filter: LogFilter, lines standard: Int?, now: Timestamp) -> LogRequest {
        var filter = filter
        filter.level = level
        filter.since = since?.instant(now: now)
        return LogRequest(filter: filter, lines: lines ?? (since == nil ? standard : nil), follows: follow)
    }
}
