import ArgumentParser
import JobModel

/// `jobsup pool`
struct PoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool", abstract: "Show the pools, or one with its workers.",
        discussion: """
            Examples:
              jobsup pool
              jobsup pool mail
            """)

    @Argument(help: "The pool's name.")
    var name: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        if let name {
            try common.show(try await common.daemon.pool(name)) { pool in
                let workers = Table.of(pool.workers, at: TimeSource.system.now())
                return Table.of([pool]).text(Console.style, nothing: "") + "\n\n"
                    + workers.text(Console.style, nothing: "no worker processes")
            }
        } else {
            try common.show(try await common.daemon.pools()) { list in
                Table.of(list.pools).text(Console.style, nothing: "no pools: the configuration names none")
            }
        }
    }
}
