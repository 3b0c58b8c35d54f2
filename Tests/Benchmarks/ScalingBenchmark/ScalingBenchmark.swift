import Foundation
import Scaling
import Simulation

/// Compares scaling policies on simulated workloads.
@main
struct ScalingBenchmark {
    static func main() async throws {
        guard let options = BenchmarkOptions(Array(CommandLine.arguments.dropFirst())) else {
            FileHandle.standardError.write(Data((BenchmarkOptions.usage + "\n").utf8))
            exit(64)
        }
        if options.asksForHelp { return print(BenchmarkOptions.usage) }
        if options.tunes { return await Tuning(workloads: options.workloads, seeds: options.seeds).run() }
        let contest = Contest(
            workloads: options.workloads, contestants: try Contestant.all(), seeds: options.seeds)
        try show(await contest.reports(), options.form)
        guard let pictures = options.pictures else { return }
        try await contest.draw(into: URL(fileURLWithPath: pictures, isDirectory: true))
        FileHandle.standardError.write(Data("pictures are in \(pictures)\n".utf8))
    }

    private static func show(_ reports: [[SimulationReport]], _ form: BenchmarkOptions.Form) throws {
        let means = (reports.first ?? []).indices.compactMap { place in
            SimulationReport.mean(reports.map { $0[place] }, workload: "mean")
        }
        switch form {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode((reports + [means]).flatMap { $0 }), as: UTF8.self))
        case .markdown: print(DocumentTables(reports: reports, means: means).markdown, terminator: "")
        case .text: for workload in reports + [means] { print(ReportTable(workload).text) }
        }
    }
}
