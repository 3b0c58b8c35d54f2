import ArgumentParser
import JobModel

/// `jobsup scale`
struct ScaleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale", abstract: "Set how many processes a pool has, or see why it has so many.",
        discussion: """
            Examples:
              jobsup scale mail 5
              jobsup scale mail +2 --for 30m
              jobsup scale mail auto
              jobsup scale explain mail
              jobsup scale history mail
            """,
        subcommands: [ScaleSetCommand.self, ScaleExplainCommand.self, ScaleHistoryCommand.self],
        defaultSubcommand: ScaleSetCommand.self)
}

/// `jobsup scale POOL AMOUNT`
struct ScaleSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set how many processes a pool has, or give it back to its policy.",
        discussion: """
            Idle workers go first; a busy one finishes its job.
            The setting holds until somebody says auto, or until its time is over, also
            when the daemon is restarted.

            Examples:
              jobsup scale mail 5
              jobsup scale mail +2 --for 30m
              jobsup scale mail -1 --dry-run
              jobsup scale mail --min 2 --max 8
              jobsup scale mail auto
            """)

    @Argument(help: "The pool's name.")
    var pool: String

    @Argument(help: "N processes, or +N more, or -N less; or auto, for what its policy or configuration says.")
    var amount: ScaleAmount?

    @Option(help: ArgumentHelp("Leave it to its policy, but never fewer than these.", valueName: "count"))
    var min: Int?

    @Option(help: ArgumentHelp("Leave it to its policy, but never more than these.", valueName: "count"))
    var max: Int?

    @Option(name: .customLong("for"), help: ArgumentHelp("How long it holds: 30m, 2h.", valueName: "time"))
    var duration: DurationArgument?

    @Flag(help: "Tell what would happen, and change nothing.")
    var dryRun = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if amount == nil, min == nil, max == nil {
            throw ValidationError("say how many: 5, +2, -1, auto, or --min and --max")
        }
        if amount != nil, min != nil || max != nil {
            throw ValidationError("--min and --max leave the number to the policy: give them, or a number")
        }
        if case .automatic? = amount, duration != nil { throw ValidationError("auto has no end: leave out --for") }
    }

    func run() async throws {
        let wish = ScaleWish(amount, min: min, max: max, for: duration?.duration, isDryRun: dryRun)
        try common.show(try await common.daemon.scale(pool, wish)) { outcome in
            ScaleText(outcome: outcome, now: TimeSource.system.now()).text
        }
    }
}

/// `jobsup scale explain POOL`
struct ScaleExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show what is seen of a pool now, what would be decided, and what holds it back.",
        discussion: """
            Example:
              jobsup scale explain mail
            """)

    @Argument(help: "The pool's name.")
    var pool: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.show(try await common.daemon.scaling(pool)) { scaling in
            ScalingText(scaling: scaling, style: Console.style, now: TimeSource.system.now()).text
        }
    }
}

/// `jobsup scale history POOL`
struct ScaleHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show how a pool was scaled, and why.",
        discussion: """
            Example:
              jobsup scale history mail -n 20
            """)

    @Argument(help: "The pool's name.")
    var pool: String

    @Option(name: [.customShort("n"), .long], help: "How many decisions, the newest ones.")
    var lines = 20

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...1000).contains(lines) else { throw ValidationError("--lines must be 1 to 1000") }
    }

    func run() async throws {
        let now = TimeSource.system.now()
        try common.show(try await common.daemon.scalingHistory(pool, limit: lines)) { history in
            Table.of(history.decisions, now: now).text(Console.style, nothing: "nothing was decided yet")
        }
    }
}
