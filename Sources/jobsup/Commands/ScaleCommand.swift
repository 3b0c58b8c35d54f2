import ArgumentParser

/// `jobsup scale`
struct ScaleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale", abstract: "Set how many processes a pool has.",
        discussion: """
            Idle workers go first; a busy one finishes its job.
            The setting holds until the daemon is restarted.

            Examples:
              jobsup scale mail 5
              jobsup scale mail +2
              jobsup scale mail -1
            """)

    @Argument(help: "The pool's name.")
    var pool: String

    @Argument(help: "N processes, or +N more, or -N less.")
    var amount: ScaleAmount

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let daemon = common.daemon
        let before = try await daemon.pool(pool).document.wanted
        try common.show(try await daemon.scale(pool, amount)) { pool in
            "pool \(pool.name): \(before) → \(pool.wanted) processes"
        }
    }
}
