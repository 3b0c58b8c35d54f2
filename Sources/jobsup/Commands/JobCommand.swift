import ArgumentParser
import JobModel

/// `jobsup job`
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Show, list or cancel jobs, or read what they wrote.",
        discussion: """
            Examples:
              jobsup job 123
              jobsup job 123 --wait=30s
              jobsup job cancel 123
              jobsup job list --state failed
              jobsup job logs 123 --follow
            """,
        subcommands: [
            JobShowCommand.self, JobCancelCommand.self, JobListCommand.self, JobLogsCommand.self,
        ],
        defaultSubcommand: JobShowCommand.self)
}

/// `jobsup job ID`
struct JobShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one job with its progress, result, error and attempts.",
        discussion: """
            Examples:
              jobsup job 123
              jobsup job 123 --json
              jobsup job 123 --wait
            """)

    @Argument(help: "The job's id.")
    var id: String

    @OptionGroup var wait: WaitOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        if wait.isWanted { return try await JobWait(common).wait(for: id, atMost: wait.limit) }
        let answer = try await common.daemon.job(id)
        try common.show(answer) { job in
            JobText(job: job, data: answer.data, style: Console.style, now: TimeSource.system.now()).text
        }
    }
}

/// `jobsup job cancel`
struct JobCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a job: at once when it waits; one that runs is asked, then forced, to end.",
        discussion: """
            Example:
              jobsup job cancel 123
            """)

    @Argument(help: "The job's id.")
    var id: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.show(try await common.daemon.cancel(id)) { "job \($0.taskId) is \($0.status)" }
    }
}

/// `jobsup job list`
struct JobListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List jobs, newest first.",
        discussion: """
            Examples:
              jobsup job list --state failed --queue mail
              jobsup job list --limit 1000 --json
              jobsup job list --before 4711     the page behind job 4711
            """)

    @Option(help: "Only those in this state.", completion: .list(JobState.allCases.map(\.name)))
    var state: String?

    @Option(help: "Only those of this queue.")
    var queue: String?

    @Option(help: "Only those of this type.")
    var type: String?

    @Option(help: "Only those with smaller ids: the last id of the page before.")
    var before: String?

    @Option(help: "At most so many, up to 1000.")
    var limit = 50

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let filters = [("state", state), ("queue", queue), ("type", type), ("before", before)]
        let query = filters.compactMap { name, value in value.map { (name, $0) } } + [("limit", String(limit))]
        try common.show(try await common.daemon.jobs(query)) { list in
            Table.of(list.tasks, at: TimeSource.system.now()).text(Console.style, nothing: "no such jobs")
        }
    }
}
