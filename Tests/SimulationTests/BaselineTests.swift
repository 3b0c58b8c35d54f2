import Scaling
import Simulation
import Testing

/// Each compared rule on a few moments, of which its source says what it does.
@Suite struct BaselineTests {
    private func at(
        _ seconds: Double, wanted: Int, depth: Int, running: Int = 0, completions: Int = 0, busySeconds: Double = 0
    ) -> ScalingObservation {
        ScalingObservation(
            time: .seconds(seconds), workers: .init(idle: wanted - running, busy: running), running: running,
            wanted: wanted, range: 1...10, queue: .init(depth: depth, oldestAge: .zero),
            totals: .init(completions: completions, busySeconds: busySeconds))
    }

    @Test func celeryKeepsForAWhile() {
        var policy = CeleryPolicy()
        #expect(policy.decide(at(0, wanted: 1, depth: 4, running: 1)).wanted == 5)
        #expect(policy.decide(at(29, wanted: 5, depth: 0, running: 2)).wanted == 5)
        #expect(policy.decide(at(30, wanted: 5, depth: 0, running: 2)).wanted == 2)
        #expect(policy.decide(at(31, wanted: 2, depth: 40, running: 2)).wanted == 10)
        var idealised = CeleryPolicy(keepalive: .zero)
        #expect(idealised.decide(at(0, wanted: 1, depth: 4, running: 1)).wanted == 5)
        #expect(idealised.decide(at(1, wanted: 5, depth: 0, running: 0)).wanted == 1)
    }

    @Test func horizonMovesByOneEveryThreeSeconds() {
        var policy = HorizonPolicy()
        #expect(policy.decide(at(0, wanted: 4, depth: 1)).wanted == 5)
        #expect(policy.decide(at(2, wanted: 5, depth: 1)).wanted == 5)
        #expect(policy.decide(at(3, wanted: 5, depth: 0, running: 5)).wanted == 4)
        #expect(policy.decide(at(6, wanted: 1, depth: 0)).wanted == 1)
        #expect(policy.decide(at(9, wanted: 10, depth: 99)).wanted == 10)
    }

    @Test func podsComeFastAndGoLate() {
        var policy = HPAPolicy()
        #expect(policy.decide(at(0, wanted: 1, depth: 40)).wanted == 5)
        #expect(policy.decide(at(14, wanted: 5, depth: 40)).wanted == 5)
        #expect(policy.decide(at(15, wanted: 5, depth: 40)).wanted == 8)
        // Within the tolerance.
        #expect(policy.decide(at(30, wanted: 8, depth: 43)).wanted == 8)
        #expect(policy.decide(at(45, wanted: 8, depth: 0, running: 8)).wanted == 8)
        #expect(policy.decide(at(329, wanted: 8, depth: 0, running: 8)).wanted == 8)
        #expect(policy.decide(at(345, wanted: 8, depth: 0, running: 8)).wanted == 1)
    }

    @Test func alarmsTakeTheirMinutes() {
        var policy = BacklogPerInstancePolicy(target: .seconds(10))
        // 10 s for jobs of 2 s: 5 jobs an instance.
        var wanted = 1
        var history: [Int] = []
        for minute in 0..<22 {
            let decision = policy.decide(
                at(60 * Double(minute), wanted: wanted, depth: minute < 4 ? 30 : 0, completions: 100, busySeconds: 200))
            wanted = decision.wanted
            history.append(wanted)
        }
        #expect(Array(history[0...3]) == [1, 1, 6, 6])
        #expect(history[17] == 6)
        #expect(history[18...].allSatisfy { $0 == 1 })
    }

    @Test func fixedIsFixed() {
        #expect(FixedPolicy(4).decide(at(0, wanted: 1, depth: 9)).wanted == 4)
        #expect(FixedPolicy(nil).decide(at(0, wanted: 1, depth: 0)).wanted == 10)
    }
}
