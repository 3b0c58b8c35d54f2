import ArgumentParser

/// The command for people and scripts.
@main
struct Jobsup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobsup",
        abstract: "Enqueue jobs, watch them, and steer the daemon that runs them.",
        discussion: """
            Examples:
              jobsup enqueue send_mail --payload '{"to": "a@b.c"}' --wait
              jobsup status
              jobsup scale mail 5
            Exit codes: 0 done; 1 a job that was waited for did not complete; 3 not found; 4 the daemon cannot be
            reached; 5 the daemon refused; 6 the time to wait was over; 64 wrong usage.
            """,
        version: "0.1.0",
        subcommands: [
            EnqueueCommand.self, StatusCommand.self, JobCommand.self, QueueCommand.self, PoolCommand.self,
            WorkerCommand.self, ScaleCommand.self, ConfigCommand.self, BenchCommand.self,
        ])
}
