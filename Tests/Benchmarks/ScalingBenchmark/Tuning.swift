import Scaling
import Simulation

/// How the parameters of the target-wait policy were chosen: all of a grid, on the tuning seeds.
enum Tuning {
    static func run() async {
        let variants = grid()
        let contestants = variants.map { variant in
            Contestant(variant.name) { settings in
                var made = TargetWaitSettings(target: .seconds(settings.targetSeconds))
                variant.change(&made)
                return ScalingGuards(TargetWaitPolicy(made))
            }
        }
        let contest = Contest(
            workloads: Workload.standard, contestants: contestants, seeds: ScalingBenchmark.tuningSeeds)
        let reports = await contest.reports()
        var rows: [(cost: Double, row: [String])] = []
        for place in contestants.indices {
            let all = reports.map { $0[place] }
            guard let mean = SimulationReport.mean(all, workload: "mean") else { continue }
            let worst = all.map(\.missShare).max() ?? 0
            let figures = [mean.missShare * 100, worst * 100, mean.cost, mean.reversals].map {
                ReportTable.fixed($0, 2)
            }
            rows.append((mean.cost, [contestants[place].name] + figures + all.map { ReportTable.fixed($0.cost, 2) }))
        }
        rows.sort { $0.cost < $1.cost }
        let header = ["variant", "missed %", "worst %", "× oracle", "reversals"] + Workload.standard.map(\.name)
        print(ReportTable(header: header, rows: rows.map(\.row)).text)
    }

    private struct Variant: Sendable {
        var name: String
        var change: @Sendable (inout TargetWaitSettings) -> Void
    }

    private static func grid() -> [Variant] {
        var variants: [Variant] = []
        for growth in [0.6, 0.9, 1.0] {
            for relaxed in [0.1, 0.3, 0.6] {
                for stabilisation in [10, 15, 20] {
                    for widening in [1.5, 2.0] {
                        let name = "grow \(growth), keep \(relaxed), window \(stabilisation), widening \(widening)"
                        variants.append(
                            Variant(name: name) { settings in
                                settings.growthShare = growth
                                settings.relaxedShare = relaxed
                                settings.stabilisation = .seconds(stabilisation)
                                settings.widening = widening
                            })
                    }
                }
            }
        }
        return variants
    }
}
