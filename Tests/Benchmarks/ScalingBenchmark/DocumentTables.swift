import Simulation

/// The two tables of Scaling.md: all policies in the mean over the workloads, and the first of them by workload, beside
/// the second.
struct DocumentTables {
    /// Of each workload, in the order of the policies.
    var reports: [[SimulationReport]]
    var means: [SimulationReport]

    var markdown: String {
        let policies = ReportTable(
            header: [
                "policy", "p50 s", "p95 s", "p99 s", "missed %", "× oracle", "θU / θO %", "τU / τO %", "υ %",
                "reversals",
                "busy victims",
            ], rows: means.map(Self.row))
        guard let other = means.dropFirst().first else { return policies.markdown }
        let workloads = ReportTable(
            header: [
                "workload", "p99 s", "missed %", "× oracle", "reversals", "\(other.policy): × oracle, reversals",
            ],
            rows: reports.map { Self.row($0[0], beside: $0[1]) })
        return policies.markdown + "\n" + workloads.markdown
    }

    private static func row(_ mean: SimulationReport) -> [String] {
        [
            mean.policy, seconds(mean.waitP50), seconds(mean.waitP95), seconds(mean.waitP99),
            ReportTable.fixed(mean.missShare * 100, 2), ReportTable.fixed(mean.cost, 2),
            "\(percent(mean.underProvisioning)) / \(percent(mean.overProvisioning))",
            "\(percent(mean.underTime)) / \(percent(mean.overTime))", percent(mean.instability),
            ReportTable.fixed(mean.reversals, 1), ReportTable.fixed(mean.busyVictims, 1),
        ]
    }

    private static func row(_ report: SimulationReport, beside other: SimulationReport) -> [String] {
        [
            report.workload, seconds(report.waitP99), ReportTable.fixed(report.missShare * 100, 2),
            ReportTable.fixed(report.cost, 2), ReportTable.fixed(report.reversals, 1),
            "\(ReportTable.fixed(other.cost, 2)), \(ReportTable.fixed(other.reversals, 1))",
        ]
    }

    private static func seconds(_ value: Double) -> String { ReportTable.fixed(value, 1) }
    private static func percent(_ share: Double) -> String { ReportTable.fixed(share * 100, 0) }
}
