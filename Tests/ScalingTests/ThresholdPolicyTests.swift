import Scaling
import Testing

@Suite struct ThresholdPolicyTests {
    @Test(arguments: [
        // depth, oldest, cpu, memory, wanted, rule
        (101, 0.0, 0.5, 0.5, 5, ScalingRule.queueDepth), (100, 0, 0.5, 0.5, 4, .steady),
        (200, 0, 0.5, 0.5, 6, .queueDepth), (1000, 0, 0.5, 0.5, 7, .queueDepth), (50, 31, 0.5, 0.5, 5, .queueLatency),
        (50, 0, 0.76, 0.5, 5, .cpu), (50, 0, 0.5, 0.81, 5, .memory), (9, 4, 0.29, 0.39, 3, .allLow),
        (9, 4, 0.29, 0.40, 4, .steady), (9, 5, 0.29, 0.39, 4, .steady), (101, 120, 0.5, 0.5, 7, .queueLatency),
    ])
    func onTrigger(depth: Int, oldest: Double, cpu: Double, memory: Double, wanted: Int, rule: ScalingRule) throws {
        var policy = ThresholdPolicy(try ThresholdSettings())
        var observation = ScalingObservation.calm(depth: depth, oldest: oldest)
        observation.machine = .init(cpu: cpu, memory: memory)
        let decision = policy.decide(observation)
        #expect(decision.wanted == wanted)
        #expect(decision.rule == rule)
    }

    @Test func withoutASignalNothingShrinks() throws {
        var low = ScalingObservation.calm(depth: 0)
        low.machine = .init(cpu: 0.1, memory: 0.1)
        var withoutQueue = low
        withoutQueue.queue = nil
        var withoutCPU = low
        withoutCPU.machine.cpu = nil
        for (observation, wanted) in [(low, 3), (withoutQueue, 4), (withoutCPU, 4)] {
            var policy = ThresholdPolicy(try ThresholdSettings())
            #expect(policy.decide(observation).wanted == wanted)
        }
    }

    @Test func busyMachineAddsWorkersToThoseAloneWhoHaveJobs() throws {
        for (depth, wanted) in [(0, 4), (1, 5)] {
            var observation = ScalingObservation.calm(depth: depth)
            observation.machine = .init(cpu: 0.9, memory: 0.9)
            var policy = ThresholdPolicy(try ThresholdSettings())
            #expect(policy.decide(observation).wanted == wanted)
        }
        var unknown = ScalingObservation.calm(depth: 1)
        unknown.queue = nil
        unknown.machine = .init(cpu: 0.9, memory: 0.9)
        var policy = ThresholdPolicy(try ThresholdSettings())
        #expect(policy.decide(unknown).wanted == 4)
    }

    @Test func triggerThatIsOffNeitherAsksNorHasToAgree() throws {
        let off = ThresholdSettings.Pair(up: .infinity, down: .infinity)
        var policy = ThresholdPolicy(try ThresholdSettings(cpu: off, memory: off))
        var observation = ScalingObservation.calm(depth: 1)
        observation.machine = .init(cpu: 1, memory: nil)
        #expect(policy.decide(observation).wanted == 3)
    }

    @Test func thresholdsThatMeetAreRefused() {
        let error = #expect(throws: ThresholdSettings.NoHysteresis.self) {
            try ThresholdSettings(queueLatency: .init(up: 5, down: 5))
        }
        #expect(error?.pair == "queue latency")
        #expect(throws: ThresholdSettings.NoHysteresis.self) { try ThresholdSettings(cpu: .init(up: 0.3, down: 0.5)) }
        #expect(throws: ThresholdSettings.NoHysteresis.self) { try ThresholdSettings(memory: .init(up: .nan, down: 0)) }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func noChangeWithinACooldown(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var policy = ThresholdPolicy(try ThresholdSettings(upCooldown: .seconds(20), downCooldown: .seconds(50)))
        var totals = ScalingObservation.Totals()
        var wanted = 5
        var lastChange: Double?
        var changes = 0
        for second in 0..<3000 {
            let time = Double(second)
            let observation = ScalingObservation.arbitrary(
                at: time, wanted: wanted, range: 1...10, totals: &totals, &random)
            let decision = policy.decide(observation)
            #expect(observation.range.contains(decision.wanted))
            if let lastChange, decision.wanted != wanted {
                #expect(time - lastChange >= (decision.isUp ? 20 : 50))
            }
            if decision.isDown { #expect(observation.queue != nil && observation.machine.cpu != nil) }
            if decision.wanted != wanted {
                lastChange = time
                changes += 1
            }
            // Sometimes a person takes all away, or the pool could never grow twice.
            wanted = decision.wanted
            if wanted == 10 {
                wanted = 1
                lastChange = time + 1
            }
        }
        #expect(changes > 10)
    }
}
