import Scaling

extension ScalingObservation {
    /// A calm pool, of which each test changes what it is about.
    static func calm(
        at seconds: Double = 0, wanted: Int = 4, idle: Int = 2, busy: Int = 2, starting: Int = 0, depth: Int? = 0,
        oldest: Double = 0, range: ClosedRange<Int> = 1...10, arrivals: Int = 0, completions: Int = 0,
        busySeconds: Double = 0
    ) -> ScalingObservation {
        ScalingObservation(
            time: .seconds(seconds), workers: .init(starting: starting, idle: idle, busy: busy), running: busy,
            wanted: wanted, range: range, queue: depth.map { .init(depth: $0, oldestAge: .seconds(oldest)) },
            totals: .init(arrivals: arrivals, completions: completions, busySeconds: busySeconds),
            machine: .init(cpu: 0.5, memory: 0.5))
    }

    /// One that fits to the number wanted, and is arbitrary in everything else.
    static func arbitrary(
        at seconds: Double, wanted: Int, range: ClosedRange<Int>, totals: inout Totals,
        _ random: inout SeededGenerator
    ) -> ScalingObservation {
        let busy = Int.random(in: 0...wanted, using: &random)
        let idle = Int.random(in: 0...(wanted - busy), using: &random)
        totals.arrivals += Int.random(in: 0...20, using: &random)
        totals.completions += Int.random(in: 0...20, using: &random)
        totals.busySeconds += Double(busy)
        let depth = Bool.random(using: &random) ? 0 : Int.random(in: 1...300, using: &random)
        let oldest = Double.random(in: 0...60, using: &random)
        let isMissing = Int.random(in: 0..<10, using: &random) == 0
        return ScalingObservation(
            time: .seconds(seconds), workers: .init(starting: wanted - busy - idle, idle: idle, busy: busy),
            running: busy, wanted: wanted, range: range,
            queue: isMissing ? nil : .init(depth: depth, oldestAge: .seconds(depth == 0 ? 0 : oldest)),
            totals: totals,
            machine: .init(
                cpu: Bool.random(using: &random) ? Double.random(in: 0...1, using: &random) : nil,
                memory: Double.random(in: 0...1, using: &random),
                availableBytes: Int.random(in: 0...(4 << 30), using: &random),
                pressure: .init(cpu: Double.random(in: 0...100, using: &random))),
            workerBytes: Int.random(in: 1...(200 << 20), using: &random))
    }
}

/// Asks for anything.
struct WildPolicy: ScalingPolicy {
    var random: SeededGenerator

    mutating func decide(_ observation: ScalingObservation) -> ScalingDecision {
        ScalingDecision(
            current: observation.wanted, wanted: Int.random(in: -5...40, using: &random), rule: .baseline)
    }
}

/// Always asks for the same.
struct StubbornPolicy: ScalingPolicy {
    var wanted: Int

    func decide(_ observation: ScalingObservation) -> ScalingDecision {
        ScalingDecision(current: observation.wanted, wanted: wanted, rule: .baseline)
    }
}
