import ArgumentParser
import JobModel

/// `jobsup bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a running daemon: enqueue jobs of a type, wait until all are done.",
        discussion: """
            The jobs are real: a type whose handler does nothing measures the daemon.
            Other jobs that finish meanwhile are counted, too.

            Examples:
              jobsup bench noop
              jobsup bench noop --jobs 200000 --batch 1000 --connections 2
              jobsup bench noop --http --batch 1 --connections 8
              jobsup bench noop --jobs 10000 --batch 1 --per-second 1000
              jobsup bench noop --enqueue-only --connections 1 --window 4
            """)

    @Argument(help: "The job type.")
    var type: String

    @Option(help: ArgumentHelp("How many jobs.", valueName: "count"))
    var jobs = 100_000

    @Option(help: ArgumentHelp("Jobs in one request.", valueName: "count"))
    var batch = 500

    @Option(help: ArgumentHelp("Connections.", valueName: "count"))
    var connections = 4

    @Option(help: ArgumentHelp("Requests under way on each connection.", valueName: "count"))
    var window = 1

    @Option(
        help: ArgumentHelp("Requests in each second over all connections; unbounded by default.", valueName: "count"))
    var perSecond: Double?

    @Option(help: ArgumentHelp("Bytes of each payload, 2 or more.", valueName: "count"))
    var payloadBytes = 200

    @Option(help: "The queue; the type's own by default.")
    var queue: String?

    @Flag(help: "Do not wait until the jobs are done.")
    var enqueueOnly = false

    @Flag(help: "Enqueue by HTTP instead of frames.")
    var http = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard jobs > 0, batch > 0, connections > 0, window > 0, perSecond ?? 1 > 0 else {
            throw ValidationError("Counts must be positive.")
        }
        guard payloadBytes >= 2 else { throw ValidationError("--payload-bytes is 2 or more: the quotes of a string.") }
    }

    func run() async throws {
        let load = BenchLoad(
            type: type, queue: queue, jobs: jobs, batch: batch, connections: connections, window: window,
            perSecond: perSecond, payloadBytes: payloadBytes)
        let time = TimeSource.system
        let before = try await common.daemon.status().document.finished
        let start = time.uptime()
        let run = BenchRun(load: load, time: time, sockets: common.sockets)
        let (latencies, last) = try await http ? run.enqueueByHTTP() : run.enqueueByFrames()
        let enqueued = time.uptime()
        if !enqueueOnly { try await run.waitUntilFinished(before + jobs, last: last) }
        let drain = enqueueOnly ? nil : time.uptime() - start
        let report = BenchReport(load: load, latencies: latencies, enqueue: enqueued - start, drain: drain)
        try Console.print(common.json ? report.json : report.text)
    }
}
