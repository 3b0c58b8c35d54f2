import ArgumentParser
import Foundation

/// What every command that talks to the daemon understands.
struct CommonOptions: ParsableArguments {
    @Option(help: "Where the daemon's sockets are; also JOBSUP_RUNTIME_DIRECTORY.")
    var socketDirectory: String?

    @Flag(help: "Print the daemon's JSON documents instead of tables.")
    var json = false

    var directory: String {
        socketDirectory ?? ProcessInfo.processInfo.environment["JOBSUP_RUNTIME_DIRECTORY"] ?? "/run/jobsup"
    }

    var daemon: DaemonConnection { DaemonConnection(directory: directory) }
}

/// The exit codes, as documented in the help.
enum ExitStatus {
    static let jobFailed = ExitCode(1)
    static let notFound = ExitCode(3)
    static let unreachable = ExitCode(4)
    static let refused = ExitCode(5)
    static let timedOut = ExitCode(6)
}
