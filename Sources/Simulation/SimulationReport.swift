import Scaling

/// What a run was worth. Elasticity as the SPEC Research Group measures it (Herbst et al., "Ready for Rain?",
/// SPEC-RG-2016-01): the supply is the ready workers, the demand those that the oracle uses, rounded up.
package struct SimulationReport: Sendable, Hashable, Codable {
    package var workload: String
    package var policy: String
    package var jobs: Int
    /// Seconds of wait.
    package var waitP50: Double
    package var waitP95: Double
    package var waitP99: Double
    package var waitMost: Double
    /// The share of jobs that waited longer than the target.
    package var missShare: Double
    /// Of these, the share (of all jobs) that a pool missed which was always full.
    package var unavoidableShare: Double
    package var workerSeconds: Double
    /// Against the oracle's worker-seconds.
    package var cost: Double
    /// θ_U and θ_O: mean of what is missing, and of what is too much, relative to the demand.
    package var underProvisioning: Double
    package var overProvisioning: Double
    /// τ_U and τ_O: the share of time with too few and with too many.
    package var underTime: Double
    package var overTime: Double
    /// υ: the share of time in which supply and demand change differently.
    package var instability: Double
    /// Changes of direction within 60 s.
    package var reversals: Double
    package var changes: Double
    package var starts: Double
    package var busyVictims: Double

    package init(
        workload: String, policy: String, run: SimulationRun, oracle: Oracle, least: Int, target: Double,
        unavoidable: Double
    ) {
        let waits = run.waits.sorted()
        let elasticity = Elasticity(run, oracle, least: least)
        self.workload = workload
        self.policy = policy
        jobs = waits.count
        waitP50 = Self.quantile(0.5, of: waits)
        waitP95 = Self.quantile(0.95, of: waits)
        waitP99 = Self.quantile(0.99, of: waits)
        waitMost = waits.last ?? 0
        missShare = Self.missShare(run, target: target)
        unavoidableShare = unavoidable
        workerSeconds = run.workerSeconds
        // Next to less than a second of work the ratio would say nothing, and to none it would be no number.
        cost = max(1, run.workerSeconds) / max(1, oracle.workerSeconds)
        underProvisioning = elasticity.under
        overProvisioning = elasticity.over
        underTime = elasticity.underTime
        overTime = elasticity.overTime
        instability = elasticity.instability
        reversals = Double(run.reversals)
        changes = Double(run.changes)
        starts = Double(run.starts)
        busyVictims = Double(run.busyVictims)
    }

    package static func missShare(_ run: SimulationRun, target: Double) -> Double {
        // A job that started in the last microsecond was not too late; numbers of the simulation are no more exact.
        run.waits.isEmpty ? 0 : Double(run.waits.count { $0 > target + 1e-6 }) / Double(run.waits.count)
    }

    /// The least of the values with that part of all at or below it (nearest rank).
    package static func quantile(_ part: Double, of sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[max(0, min(sorted.count, Int((part * Double(sorted.count)).rounded(.up))) - 1)]
    }

    /// The mean of several runs: of their figures, also of the quantiles.
    package static func mean(_ reports: [SimulationReport], workload: String) -> SimulationReport? {
        guard var mean = reports.first else { return nil }
        let count = Double(reports.count)
        mean.workload = workload
        mean.jobs = reports.reduce(0) { $0 + $1.jobs } / reports.count
        for path in figures { mean[keyPath: path] = reports.reduce(0) { $0 + $1[keyPath: path] } / count }
        return mean
    }

    private static var figures: [WritableKeyPath<SimulationReport, Double>] {
        [
            \.waitP50, \.waitP95, \.waitP99, \.waitMost, \.missShare, \.unavoidableShare, \.workerSeconds, \.cost,
            \.underProvisioning, \.overProvisioning, \.underTime, \.overTime, \.instability, \.reversals, \.changes,
            \.starts, \.busyVictims,
        ]
    }
}
