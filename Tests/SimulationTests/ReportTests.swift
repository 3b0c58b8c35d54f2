import Foundation
import Scaling
import Simulation
import Testing

@Suite struct ReportTests {
    @Test func quantilesAreOfTheNearestRank() {
        let values = (1...100).map(Double.init)
        #expect(SimulationReport.quantile(0.5, of: values) == 50)
        #expect(SimulationReport.quantile(0.95, of: values) == 95)
        #expect(SimulationReport.quantile(0.99, of: [7]) == 7)
        #expect(SimulationReport.quantile(0.5, of: []) == 0)
    }

    @Test(arguments: [(1.005, 1, "1.0"), (0.049, 1, "0.0"), (-0.06, 1, "-0.1"), (-0.01, 1, "0.0"), (12.5, 0, "13")])
    func numbersHaveTheirDecimals(value: Double, decimals: Int, expected: String) {
        #expect(ReportTable.fixed(value, decimals) == expected)
    }

    /// The supply is 2, the clairvoyant needs 4 for 10 s and 1 for the rest.
    @Test func elasticityIsThatOfTheCounts() {
        let trace = Trace(
            (0..<40).map { _ in .init(arrivalSeconds: 0, serviceSeconds: 1) }, seconds: 20)
        let oracle = Oracle(trace, target: 9, least: 0)
        var settings = SimulationSettings(range: 2...2, targetSeconds: 9)
        settings.bootSpread = 0
        let run = Simulator.run(trace, settings, FixedPolicy(2))
        let report = SimulationReport(
            workload: "", policy: "", run: run, oracle: oracle, least: 0, target: 9, unavoidable: 0)
        // Moments from 1 to 20 s: nine of them with a demand of 4, eleven with one of 1.
        #expect(abs(report.underTime - 9 / 20) < 1e-9)
        #expect(abs(report.overTime - 11 / 20) < 1e-9)
        #expect(abs(report.underProvisioning - 9 * 0.5 / 20) < 1e-9)
        #expect(abs(report.overProvisioning - 11.0 / 20) < 1e-9)
        #expect(abs(report.cost - 1) < 1e-9)
        #expect(abs(report.missShare - 20.0 / 40) < 1e-9)
    }

    /// A trace without work: the least that could do it is nothing.
    @Test(arguments: [(0, 0.0), (1, 0), (0, 0.25)])
    func everyFigureIsANumber(least: Int, service: Double) throws {
        let trace = Trace([.init(arrivalSeconds: 0, serviceSeconds: service)])
        let oracle = Oracle(trace, target: 30, least: least)
        let settings = SimulationSettings(range: least...5, targetSeconds: 30)
        for contestant in try Contestant.all() {
            let run = contestant.run(trace, settings)
            let report = SimulationReport(
                workload: "", policy: "", run: run, oracle: oracle, least: least, target: 30, unavoidable: 0)
            #expect(throws: Never.self) { try JSONEncoder().encode(report) }
            #expect(report.cost >= 1)
        }
        let none = Trace([])
        let nothing = SimulationReport(
            workload: "", policy: "",
            run: Simulator.run(none, .init(range: 0...5, targetSeconds: 30), FixedPolicy(0)),
            oracle: Oracle(none, target: 30, least: 0), least: 0, target: 30, unavoidable: 0)
        #expect(nothing.cost == 1)
    }

    @Test func aPictureIsXMLAndNamesItsAxes() throws {
        let trace = Workload.batch.trace(seed: 1)
        let settings = Workload.batch.settings(seed: 1)
        let oracle = Oracle(trace, target: 30, least: 1)
        let run = Simulator.run(trace, settings, CeleryPolicy())
        let svg = Picture(title: "a < b & c", trace: trace, run: run, oracle: oracle, target: 30).svg
        #expect(svg.contains("a &lt; b &amp; c"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
        for words in ["jobs per second", "wanted", "ready", "seconds", " min<", "target"] {
            #expect(svg.contains(words), "\(words)")
        }
        #expect(svg.components(separatedBy: "<polyline").count == 6)
        #expect(svg.components(separatedBy: "<text").count == svg.components(separatedBy: "</text>").count)
    }

    /// The aims that the policy was made for, on two seeds of a few workloads; the benchmark has all.
    @Test(arguments: [Workload.step, .batch, .onOff])
    func theTargetIsKept(workload: Workload) {
        let target = workload.settings.targetSeconds
        for seed in 31...32 as ClosedRange<UInt64> {
            let trace = workload.trace(seed: seed)
            let settings = workload.settings(seed: seed)
            let run = Simulator.run(
                trace, settings, ScalingGuards(TargetWaitPolicy(TargetWaitSettings(target: .seconds(target)))))
            let celery = Simulator.run(trace, settings, CeleryPolicy(keepalive: .zero))
            let oracle = Oracle(trace, target: target, least: 1)
            #expect(SimulationReport.missShare(run, target: target) <= 0.005)
            #expect(run.workerSeconds <= 1.6 * oracle.workerSeconds)
            // A batch comes at once and is over: nobody can be calmer than to grow and shrink for each.
            #expect(run.reversals * (workload.name == "batch" ? 1 : 10) <= celery.reversals)
            #expect(run.busyVictims == 0)
        }
    }
}
