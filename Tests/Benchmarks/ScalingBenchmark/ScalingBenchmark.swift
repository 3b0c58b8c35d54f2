import Foundation
import Scaling
import Simulation

/// Compares scaling policies on simulated workloads: `ScalingBenchmark [--json] [--tuning] [--pictures DIR]`.
@main
struct ScalingBenchmark {
    /// Parameters were chosen on these,
    static let tuningSeeds: [UInt64] = Array(1...10)
    /// and are reported on those.
    static let reportedSeeds: [UInt64] = Array(11...20)

    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.contains("--tune") { return await Tuning.run() }
        let isTuning = arguments.contains("--tuning")
        let contest = Contest(
            workloads: Workload.standard, contestants: try Contestant.all(),
            seeds: isTuning ? tuningSeeds : reportedSeeds)
        let reports = await contest.reports()
        let means = contest.contestants.indices.compactMap { place in
            SimulationReport.mean(reports.map { $0[place] }, workload: "mean")
        }
        for workload in reports { print(ReportTable(workload).text) }
        print(ReportTable(means).text)
    }
}
