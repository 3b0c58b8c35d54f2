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
}
