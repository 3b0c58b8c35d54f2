import ArgumentParser
import Foundation
import JobModel
import Simulation

/// `jobsup simulate`
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Try how policies would scale a pool: on what it had to do, or on any trace.",
        discussion: """
            The policies are those of the daemon. The same trace and seed give
            the same figures, to the last digit.

            Examples:
              jobsup simulate --pool mail --from-history 24h
              jobsup simulate --trace jobs.csv --target 30s --max 40
              jobsup simulate --trace jobs.csv --policy fixed=8 --policy target_wait
              jobsup simulate --trace - --policy target_wait --svg pictures
              jobsup simulate --workload batch
            """)

    @Option(
        help: ArgumentHelp(
            "A line 'arrival_seconds,service_seconds' for each job, arrivals from 0 on or as Unix times; - for standard input.",
            valueName: "file"))
    var trace: String?

    @Option(
        help: ArgumentHelp("The finished jobs of the pool that were enqueued in this time: 24h.", valueName: "time"))
    var fromHistory: DurationArgument?

    @Option(help: ArgumentHelp("Work that is made up: \(WorkloadName.all).", valueName: "name"))
    var workload: WorkloadName?

    @Option(help: "The pool whose history, bounds, boot time and policy are taken.")
    var pool: String?

    @Option(
        help: ArgumentHelp(
            "A policy: \(PolicyName.names). Repeat it for several; all that need no number by default.",
            valueName: "name"))
    var policy: [PolicyName] = []

    @Option(help: ArgumentHelp("What a job may wait.", valueName: "time"))
    var target: DurationArgument?

    @Option(help: ArgumentHelp("The fewest workers.", valueName: "count"))
    var min: Int?

    @Option(help: ArgumentHelp("The most workers.", valueName: "count"))
    var max: Int?

    @Option(help: ArgumentHelp("From a worker's start until it takes jobs.", valueName: "time"))
    var boot: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Jobs that the database behind them bears at once before they slow down.", valueName: "count"))
    var bottleneck: Int?

    @Option(help: "The seed of all that is random.")
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("Draw a picture of each policy into this directory.", valueName: "directory"),
        completion: .directory)
    var svg: String?

    @Option(help: ArgumentHelp("Write the trace to this file.", valueName: "file"))
    var saveTrace: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard [trace != nil, fromHistory != nil, workload != nil].count(where: \.self) == 1 else {
            throw ValidationError("give --trace, or --from-history with --pool, or --workload")
        }
        if fromHistory != nil, pool == nil { throw ValidationError("--from-history needs --pool") }
        if let min, !(0...10_000).contains(min) { throw ValidationError("--min must be 0 to 10000") }
        if let max, max < Swift.max(1, min ?? 0) || max > 10_000 {
            throw ValidationError("--max must be at least --min and 1, and at most 10000")
        }
        if let bottleneck, bottleneck < 1 { throw ValidationError("--bottleneck must be 1 or more") }
        if let target, target.duration <= .zero { throw ValidationError("--target must be longer than nothing") }
    }

    func run() async throws {
        let plan = try await SimulationPlan(self)
        if let saveTrace { try Self.write(plan.trace.text, to: saveTrace) }
        let contestants = policy.isEmpty ? PolicyName.all : policy
        for name in contestants { try name.check(plan.settings.range) }
        var bar = ProgressBar("simulating")
        var reports: [SimulationReport] = []
        for name in contestants {
            bar.show(reports.count, fraction: Double(reports.count) / Double(contestants.count))
            let contestant = try name.contestant(plan.thresholds)
            let run = try await BlockingThread.run { contestant.run(plan.trace, plan.settings) }
            reports.append(plan.report(on: run, of: contestant))
            if let svg { try draw(run, plan, name, into: svg) }
        }
        bar.clear()
        try Console.print(common.json ? try Self.json(reports) : plan.summary + "\n\n" + ReportTable(reports).text)
    }

    private func draw(_ run: SimulationRun, _ plan: SimulationPlan, _ name: PolicyName, into directory: String) throws {
        let picture = Picture(
            title: "\(plan.name), \(name.name)", trace: plan.trace, run: run, oracle: plan.oracle,
            target: plan.settings.targetSeconds)
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw Complaint("cannot make the directory \(directory)", .cannotWrite)
        }
        try Self.write(picture.svg, to: "\(directory)/\(name.name).svg")
    }

    private static func write(_ text: String, to path: String) throws(Complaint) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw Complaint("cannot write \(path)", hint: error.localizedDescription, .cannotWrite)
        }
    }

    private static func json(_ reports: [SimulationReport]) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(["reports": reports]), as: UTF8.self)
    }
}
