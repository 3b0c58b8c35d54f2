import ArgumentParser
import JobModel

/// `jobsup worker`
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Show the worker processes and what they run.",
        discussion: """
            Example:
              jobsup worker
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.show(try await common.daemon.workers()) { list in
            Table.of(list.workers, at: TimeSource.system.now()).text(Console.style, nothing: "no worker processes")
        }
    }
}
