import Foundation
import Scaling
import Simulation

/// Compares scaling policies on simulated workloads.
@main
struct ScalingBenchmark {
    /// Parameters were chosen on these,
    static let tuningSeeds: [UInt64] = Array(1...10)
    /// and are reported on those.
    static let reportedSeeds: [UInt64] = Array(21...30)

    private static let usage = """
        usage: ScalingBenchmark [--json | --markdown] [--tuning] [--pictures DIRECTORY]
               ScalingBenchmark --tune
          --tuning    on the seeds that the parameters were chosen on, not on the reported ones
          --pictures  writes an SVG of the first seed for each workload and policy
          --tune      prints what came of each of a grid of parameters
        """

    static func main() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments == ["--tune"] { return await Tuning.run() }
        var pictures: String?
        if let place = arguments.firstIndex(of: "--pictures"), place + 1 < arguments.count {
            pictures = arguments[place + 1]
            arguments.removeSubrange(place...place + 1)
        }
        guard Set(arguments).isSubset(of: ["--json", "--markdown", "--tuning"]) else {
            FileHandle.standardError.write(Data((usage + "\n").utf8))
            exit(64)
        }
        let contest = Contest(
            workloads: Workload.standard, contestants: try Contestant.all(),
            seeds: arguments.contains("--tuning") ? tuningSeeds : reportedSeeds)
        let reports = await contest.reports()
        try show(reports, arguments)
        if let pictures { try await contest.draw(into: URL(fileURLWithPath: pictures, isDirectory: true)) }
    }

    private static func show(_ reports: [[SimulationReport]], _ arguments: [String]) throws {
        let means = (reports.first ?? []).indices.compactMap { place in
            SimulationReport.mean(reports.map { $0[place] }, workload: "mean")
        }
        let all = reports + [means]
        if arguments.contains("--json") {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(all.flatMap { $0 }), as: UTF8.self))
        } else if arguments.contains("--markdown") {
            print(ReportTable(all.flatMap { $0 }).markdown)
        } else {
            for workload in all { print(ReportTable(workload).text) }
        }
    }
}
