import Simulation
import Testing

@Suite struct OracleTests {
    /// All ways through a small grid between the two curves, with the least sum of squares and of `max(slope, 2)`.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func noWayIsBetterThanTheTautString(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var lower = [0.0]
        var upper = [0.0]
        for _ in 0..<6 {
            upper.append((upper.last ?? 0) + Double(random.index(below: 5)))
            lower.append(min((lower.last ?? 0) + Double(random.index(below: 4)), upper.last ?? 0))
        }
        lower[6] = upper[6]
        let slopes = TautString.slopes(lower: lower, upper: upper)
        var height = 0.0
        for (step, slope) in slopes.enumerated() {
            height += slope
            #expect(height >= lower[step + 1] - 1e-9)
            #expect(height <= upper[step + 1] + 1e-9)
        }
        let squares = slopes.reduce(0) { $0 + $1 * $1 }
        let atLeastTwo = slopes.reduce(0) { $0 + max($1, 2) }
        #expect(squares <= best(lower, upper) { $0 * $0 } + 1e-9)
        #expect(atLeastTwo <= best(lower, upper) { max($0, 2) } + 1e-9)
    }

    /// Over all rising lines through multiples of a quarter.
    private func best(_ lower: [Double], _ upper: [Double], _ cost: (Double) -> Double) -> Double {
        let levels = (0...Int((upper.last ?? 0) * 4)).map { Double($0) / 4 }
        var costs = levels.map { $0 == 0 ? 0 : Double.infinity }
        for step in 1..<lower.count {
            costs = levels.indices.map { end in
                guard levels[end] >= lower[step], levels[end] <= upper[step] else { return .infinity }
                return (0...end).map { costs[$0] + cost(levels[end] - levels[$0]) }.min() ?? .infinity
            }
        }
        return costs.last ?? .infinity
    }

    /// 100 jobs of 1 s at once, which may wait for 9 s: what started by then, and no faster than one a worker.
    @Test func aBatchIsSpreadOverItsPatience() {
        let trace = Trace((0..<100).map { _ in .init(arrivalSeconds: 0, serviceSeconds: 1) }, seconds: 60)
        let oracle = Oracle(trace, target: 9, least: 0)
        #expect(abs(oracle.workerSeconds - 100) < 1e-6)
        #expect(abs(oracle.peak - 10) < 1e-6)
        // One worker that is always there does some of it, and then nothing.
        #expect(abs(Oracle(trace, target: 9, least: 1).workerSeconds - 150) < 1e-6)
    }

    @Test func nobodyIsCheaper() {
        for seed in 1...3 as ClosedRange<UInt64> {
            let trace = Workload.steady.trace(seed: seed)
            let oracle = Oracle(trace, target: 10, least: 1)
            #expect(oracle.workerSeconds >= trace.work - 1e-3)
            let run = Simulator.run(trace, .init(range: 1...40, targetSeconds: 10), FixedPolicy(8))
            #expect(run.workerSeconds > oracle.workerSeconds)
        }
    }

    /// Work that comes at the end of a trace is paid once, however long it may wait.
    @Test(arguments: [
        ("0,1\n5,1", 1, 6.0), ("0,1\n5,1", 0, 2), ("0,1\n5.5,1", 1, 6.5), ("0,1\n5,40", 1, 45), ("0,1", 1, 1),
        ("0.25,0.5", 1, 0.75), ("0,0", 1, 0), ("0,0", 0, 0), ("9.9,0.1", 2, 19.9),
        // Two are done while the one worker is there anyhow.
        ("4,1\n4,1\n4,1\n6,0", 1, 7),
    ])
    func theEndOfAShortTraceIsPaidOnce(text: String, least: Int, expected: Double) throws {
        let trace = try Trace(text: text)
        #expect(abs(Oracle(trace, target: 30, least: least).workerSeconds - expected) < 1e-9)
    }

    /// Whoever keeps the target pays as much at least; and nobody pays less than one who may wait for as long as is
    /// simulated.
    @Test(arguments: Workload.standard.map(\.name))
    func nobodyPaysLess(name: String) throws {
        let workload = try #require(Workload.standard.first { $0.name == name })
        let settings = workload.settings(seed: 5)
        let whole = workload.trace(seed: 5)
        // Also a stretch, which ends while jobs wait.
        let stretch = Trace(whole.jobs.filter { $0.arrivalSeconds < 700 })
        for (trace, contestants) in [(whole, [.targetWait, .backlog]), (stretch, try Contestant.all())] {
            let oracle = Oracle(trace, target: settings.targetSeconds, least: settings.range.lowerBound)
            let patient = Oracle(trace, target: trace.seconds + 3600, least: settings.range.lowerBound)
            #expect(patient.workerSeconds <= oracle.workerSeconds + 1e-6)
            for contestant in contestants {
                let run = contestant.run(trace, settings)
                #expect(run.workerSeconds >= patient.workerSeconds - 1e-6, "\(contestant.name)")
                guard SimulationReport.missShare(run, target: settings.targetSeconds) == 0 else { continue }
                #expect(run.workerSeconds >= oracle.workerSeconds - 1e-6, "\(contestant.name)")
            }
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func nobodyPaysLessForAFewJobs(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let trace = Trace(
            (0...random.index(below: 8)).map { _ in
                .init(arrivalSeconds: 20 * random.unit(), serviceSeconds: random.exponential(mean: 3))
            }, seconds: seed % 2 == 0 ? 0 : 25 * random.unit())
        for least in 0...3 {
            let settings = SimulationSettings(range: least...max(1, least), targetSeconds: 60, bootSeconds: 0)
            let run = Simulator.run(trace, settings, FixedPolicy(nil))
            #expect(SimulationReport.missShare(run, target: 60) == 0)
            #expect(run.workerSeconds >= Oracle(trace, target: 60, least: least).workerSeconds - 1e-9)
        }
    }
}
