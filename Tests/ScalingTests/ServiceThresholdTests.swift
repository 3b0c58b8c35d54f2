import Testing

@testable import Scaling

/// Thresholds for pools whose workers share the machine with others, and whose queue is somebody else's.
@Suite struct ServiceThresholdTests {
    private func rule(
        depth: Int?, cpu: Double = 0.1, memory: Double = 0.1, wanted: Int = 4, least: Int = 1, queueDecides: Bool = true
    ) throws -> (ScalingRule, Int) {
        let settings = try ThresholdSettings(queueDepth: .init(up: 20, down: 2), queueDecides: queueDecides)
        var policy = ThresholdPolicy(settings)
        let decision = policy.decide(
            ScalingObservation(
                time: .seconds(1000), workers: .init(idle: wanted), running: 0, wanted: wanted, range: least...10,
                queue: depth.map { .init(depth: $0, oldestAge: .zero) }, totals: .init(),
                machine: .init(cpu: cpu, memory: memory)))
        return (decision.rule, decision.wanted)
    }

    @Test func theQueueScales() throws {
        #expect(try rule(depth: 21) == (.queueDepth, 5))
        #expect(try rule(depth: 10) == (.steady, 4))
        #expect(try rule(depth: 0) == (.allLow, 3))
    }

    @Test(arguments: [(0.9, 0.1), (0.5, 0.5), (0.1, 0.99)])
    func aFullMachineKeepsNobodyForAnEmptyQueue(_ cpu: Double, _ memory: Double) throws {
        #expect(try rule(depth: 0, cpu: cpu, memory: memory) == (.allLow, 3))
        #expect(try rule(depth: 0, cpu: cpu, memory: memory, wanted: 1) == (.minimum, 1))
        #expect(try rule(depth: 0, cpu: cpu, memory: memory, queueDecides: false) != (.allLow, 3))
    }

    @Test func aFullMachineAsksForMoreOnlyWhenThereIsWork() throws {
        #expect(try rule(depth: 10, cpu: 0.9) == (.cpu, 5))
        #expect(try rule(depth: nil, cpu: 0.9) == (.missingSignal, 4))
    }

    @Test func oneIsThereForWhateverWaits() throws {
        #expect(try rule(depth: 1, wanted: 0, least: 0) == (.queueDepth, 1))
        #expect(try rule(depth: 1, wanted: 1, least: 0) == (.steady, 1))
        #expect(try rule(depth: 0, wanted: 1, least: 0) == (.allLow, 0))
        #expect(try rule(depth: 0, wanted: 0, least: 0) == (.minimum, 0))
    }

    @Test func whatIsNotKnownMovesNobody() throws {
        #expect(try rule(depth: nil) == (.missingSignal, 4))
    }
}
