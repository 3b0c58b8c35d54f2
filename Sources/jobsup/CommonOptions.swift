import ArgumentParser
import Foundation

/// What every command that talks to the daemon understands.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the daemon's sockets are. (default: $JOBSUP_RUNTIME_DIRECTORY, or /run/jobsup)", valueName: "path"),
        completion: .directory)
    var socketDirectory: String?

    @Flag(help: "Print the daemon's JSON instead of tables.")
    var json = false

    var sockets: DaemonSockets {
        DaemonSockets(
            directory: socketDirectory ?? ProcessInfo.processInfo.environment["JOBSUP_RUNTIME_DIRECTORY"]
                ?? "/run/jobsup")
    }

    var daemon: DaemonAPI { DaemonAPI(sockets) }

    /// Prints the daemon's document as it came, or what is made of it for people; `false` when nobody reads any more.
    @discardableResult
    func show<Document>(_ answer: Answer<Document>, _ text: (Document) throws -> String) throws -> Bool {
        try Console.print(json ? answer.text : try text(try answer.document))
    }
}
