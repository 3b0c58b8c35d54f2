import ArgumentParser
import JobModel

/// `jobsup logs`
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show the log of the daemon and its workers.",
        discussion: """
            It is read where the daemon keeps it: in the journal, or in a file.

            Examples:
              jobsup logs --pool mail --follow
              jobsup logs --level warning --since 1h
              jobsup logs --worker mail-3 -n 1000
              jobsup logs --file /var/log/jobsup/jobsup.log --job 123
            """)

    @Option(help: "Only what this pool and its workers say.")
    var pool: String?

    @Option(help: "Only what is about this worker, or written by it.")
    var worker: String?

    @Option(help: "Only what is about this job, or written by it.")
    var job: String?

    @Option(help: "Only what is about jobs of this queue.")
    var queue: String?

    @OptionGroup var arguments: LogArguments
    @OptionGroup var common: CommonOptions

    /// Shown when nobody says how many.
    static let lines = 100

    func run() async throws {
        let filter = LogFilter(pool: pool, worker: worker, job: job, queue: queue)
        let request = arguments.request(filter, lines: Self.lines, now: TimeSource.system.now())
        try await LogCall(common: common, file: arguments.file, request: request).run()
    }
}

/// `jobsup job logs`
struct JobLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show what a job wrote, and what the daemon says about it.",
        discussion: """
            Examples:
              jobsup job logs 123
              jobsup job logs 123 --follow     ends with the job
            """)

    @Argument(help: "The job's id.")
    var id: String

    @OptionGroup var arguments: LogArguments
    @OptionGroup var common: CommonOptions

    func run() async throws {
        guard let job = JobID(id) else { throw ValidationError("'\(id)' is no job: ids are numbers.") }
        let request = arguments.request(LogFilter(job: job.description), lines: nil, now: TimeSource.system.now())
        let call = LogCall(common: common, file: arguments.file, request: request)
        if arguments.file == nil {
            // Of one that never was there is nothing to wait for.
            _ = try await common.daemon.job(id)
            try await call.run(untilEndOf: arguments.follow ? id : nil)
        } else {
            try await call.run()
        }
    }
}
