import ArgumentParser
import JobModel

/// `jobsup pool`
struct PoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool", abstract: "Show the pools, or one with its workers; let one go on that is held.",
        discussion: """
            Examples:
              jobsup pool
              jobsup pool mail
              jobsup pool resume mail
            """,
        subcommands: [PoolShowCommand.self, PoolResumeCommand.self], defaultSubcommand: PoolShowCommand.self)
}

/// `jobsup pool NAME`
struct PoolShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the pools, or one with its workers and how the last ones ended.",
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
                PoolText(pool: pool, style: Console.style, now: TimeSource.system.now()).text
            }
        } else {
            try common.show(try await common.daemon.pools()) { list in
                Table.of(list.pools).text(Console.style, nothing: "no pools: the configuration names none")
            }
        }
    }
}

/// `jobsup pool resume`
struct PoolResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Start what a pool that is held or degraded keeps back.",
        discussion: """
            Example:
              jobsup pool resume mail
            """)

    @Argument(help: "The pool's name.")
    var name: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.show(try await common.daemon.resume(name)) { pool in "pool \(pool.name) starts its workers" }
    }
}
