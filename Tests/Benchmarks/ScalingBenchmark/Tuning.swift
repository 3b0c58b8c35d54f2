import Scaling
import Simulation

/// How the parameters of the target-wait policy are chosen, on the tuning seeds: the least cost that keeps to the aims.
///
/// First those of the stabilisation window, all of a grid: a short one is cheap and restless, and what each of them does
/// hangs on the others. Then one parameter after the other, the window's once more, until none moves.
struct Tuning {
    private static let rounds = 2
    /// What costs less by so little is chance.
    private static let worthwhile = 0.005
    private static let shown = 12

    let workloads: [Workload]
    let seeds: [UInt64]

    func run() async {
        // A tenth of Celery's rule, with its keepalive and without.
        let calm = (await means(of: [.backlog, .celery]).map(\.reversals).min() ?? 0) / 10
        var chosen = await self.trials([TargetWaitSettings(target: .zero)])[0]
        show([("as it is", chosen)], calm)
        let window = await self.trials(TunedParameter.grid(chosen.settings))
        let best = window.filter { $0.keepsAims(calm) }.sorted { $0.mean.cost < $1.mean.cost }
        show(best.prefix(Self.shown).map { (TunedParameter.names(TunedParameter.window, $0.settings), $0) }, calm)
        chosen = better(best, than: chosen, calm) ?? chosen
        for _ in 1...Self.rounds {
            let before = chosen.settings
            for parameter in TunedParameter.all {
                let values = parameter.values.filter { $0 != parameter.value(chosen.settings) }
                let others = await self.trials(values.map { parameter.setting(chosen.settings, to: $0) })
                let sorted = ([chosen] + others).sorted { parameter.value($0.settings) < parameter.value($1.settings) }
                show(sorted.map { (TunedParameter.names([parameter], $0.settings), $0) }, calm)
                chosen = better(others, than: chosen, calm) ?? chosen
            }
            if chosen.settings == before { break }
        }
        show([(TunedParameter.names(TunedParameter.all, chosen.settings), chosen)], calm)
    }

    /// Of those that cost about the least the calmest; `nil` when none is worth a change.
    private func better(_ others: [Trial], than chosen: Trial, _ calm: Double) -> Trial? {
        let kept = others.filter { $0.keepsAims(calm) }
        guard let least = kept.map(\.mean.cost).min() else { return nil }
        guard least < chosen.mean.cost - Self.worthwhile || !chosen.keepsAims(calm) else { return nil }
        return kept.filter { $0.mean.cost <= least + Self.worthwhile }.min { $0.mean.reversals < $1.mean.reversals }
    }

    /// What came of some settings.
    private struct Trial {
        var settings: TargetWaitSettings
        var mean: SimulationReport
        var worstMiss: Double

        /// In each workload, not only in the mean, and to a fifth of what may be missed: other seeds are worse.
        func keepsAims(_ calm: Double) -> Bool {
            worstMiss <= 0.001 && mean.reversals <= calm && mean.busyVictims == 0
        }
    }

    private func trials(_ variants: [TargetWaitSettings]) async -> [Trial] {
        let contestants = variants.map { variant in
            Contestant("") { settings in
                var made = variant
                made.target = .seconds(settings.targetSeconds)
                return ScalingGuards(TargetWaitPolicy(made))
            }
        }
        let reports = await Contest(workloads: workloads, contestants: contestants, seeds: seeds).reports()
        return variants.indices.compactMap { place in
            let all = reports.map { $0[place] }
            return SimulationReport.mean(all, workload: "mean").map {
                Trial(settings: variants[place], mean: $0, worstMiss: all.map(\.missShare).max() ?? 0)
            }
        }
    }

    private func means(of contestants: [Contestant]) async -> [SimulationReport] {
        let reports = await Contest(workloads: workloads, contestants: contestants, seeds: seeds).reports()
        return contestants.indices.compactMap { place in
            SimulationReport.mean(reports.map { $0[place] }, workload: "mean")
        }
    }

    private func show(_ trials: [(name: String, trial: Trial)], _ calm: Double) {
        let rows = trials.map { name, trial in
            [
                name, trial.keepsAims(calm) ? "kept" : "missed", ReportTable.fixed(trial.mean.missShare * 100, 3),
                ReportTable.fixed(trial.worstMiss * 100, 2), ReportTable.fixed(trial.mean.cost, 3),
                ReportTable.fixed(trial.mean.reversals, 1),
            ]
        }
        print(
            ReportTable(header: ["variant", "aims", "missed %", "worst %", "× oracle", "reversals"], rows: rows).text)
    }
}
