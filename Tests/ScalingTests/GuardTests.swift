import Scaling
import Testing

@Suite struct GuardTests {
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func nothingWildPasses(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let settings = GuardSettings(flaps: .init(reversals: 12))
        var guarded = ScalingGuards(WildPolicy(random: SeededGenerator(seed: seed + 1000)), settings)
        var totals = ScalingObservation.Totals()
        var wanted = 5
        var changes: [(time: Double, isUp: Bool)] = []
        var reversals: [Double] = []
        for second in 0..<8000 {
            let observation = ScalingObservation.arbitrary(
                at: Double(second), wanted: wanted, range: 2...20, totals: &totals, &random)
            let decision = guarded.decide(observation)
            #expect(observation.range.contains(decision.wanted))
            #expect(decision.current == wanted)
            if decision.isDown {
                #expect(observation.queue != nil)
                #expect(decision.wanted >= observation.workers.live - observation.workers.idle)
            }
            if decision.isUp { #expect(observation.machine.pressure?.cpu ?? 0 <= settings.pressure.cpu) }
            if decision.wanted != wanted {
                if let last = changes.last, last.isUp != decision.isUp, Double(second) - last.time <= 60 {
                    reversals.append(Double(second))
                }
                changes.append((Double(second), decision.isUp))
            }
            #expect(reversals.count { $0 > Double(second) - 3600 } <= 12)
            wanted = decision.wanted
        }
        // The budget was used, and all of it came back after an hour.
        #expect(reversals.count > 12)
    }

    @Test func onlyIdleWorkersAreTaken() {
        var guarded = ScalingGuards(StubbornPolicy(wanted: 1))
        let decision = guarded.decide(.calm(wanted: 5, idle: 2, busy: 2, starting: 1))
        #expect(decision.wanted == 3)
        #expect(decision.rule == .busyWorkers)
        // A new maximum holds all the same.
        let lowered = guarded.decide(.calm(at: 1, wanted: 3, idle: 0, busy: 3, range: 1...2))
        #expect(lowered.wanted == 2)
        #expect(lowered.rule == .maximum)
    }

    @Test func pressureFreezesGrowthButNotTheMinimum() {
        var guarded = ScalingGuards(StubbornPolicy(wanted: 9))
        var observation = ScalingObservation.calm()
        observation.machine.pressure = .init(memory: 10.5)
        let decision = guarded.decide(observation)
        #expect(decision.wanted == 4)
        #expect(decision.rule == .pressure)
        #expect(decision[.pressureMemory] == 10.5)
        observation.range = 6...10
        #expect(guarded.decide(observation).wanted == 6)
        observation.machine.pressure = .init(memory: 9.5)
        #expect(guarded.decide(observation).wanted == 9)
    }

    @Test func memoryLetsThePoolGrowAsFarAsThereIsRoom() {
        var guarded = ScalingGuards(StubbornPolicy(wanted: 10), GuardSettings(reservedBytes: 100 << 20))
        var observation = ScalingObservation.calm(wanted: 5, idle: 2, busy: 2, starting: 1)
        observation.workerBytes = 50 << 20
        // 250 MiB are free beside what is reserved: five workers, of which one is starting already.
        observation.machine.availableBytes = 350 << 20
        let decision = guarded.decide(observation)
        #expect(decision.wanted == 9)
        #expect(decision.rule == .memoryRoom)
        observation.machine.availableBytes = 50 << 20
        #expect(guarded.decide(observation).wanted == 5)
    }

    @Test func theFirstWorkerOfAPoolOfNoneIsNotHeldBack() {
        var guarded = ScalingGuards(StubbornPolicy(wanted: 3))
        var observation = ScalingObservation.calm(wanted: 0, idle: 0, busy: 0, depth: 1)
        observation.range = 0...9
        observation.machine.pressure = .init(cpu: 99)
        #expect(guarded.decide(observation).wanted == 1)
        observation.queue?.depth = 0
        #expect(guarded.decide(observation).wanted == 0)
    }

    @Test func aMissingQueueTakesNobodyAway() {
        var guarded = ScalingGuards(StubbornPolicy(wanted: 1))
        let decision = guarded.decide(.calm(depth: nil))
        #expect(decision.wanted == 4)
        #expect(decision.rule == .missingSignal)
    }

    /// 4 workers complete 20 jobs a second; 8 complete `rate`.
    @Test(arguments: [(20.0, true), (38, false)])
    func workersThatBringNothingAreTakenBack(rate: Double, isFound: Bool) {
        var guarded = ScalingGuards(StubbornPolicy(wanted: 8))
        var completions = 0.0
        var busySeconds = 0.0
        for second in 0..<240 {
            let count = second < 60 ? 4 : 8
            completions += second < 60 ? 20 : rate
            busySeconds += Double(count)
            _ = guarded.decide(
                .calm(
                    at: Double(second), wanted: count, idle: 0, busy: count, depth: 500, oldest: 20,
                    completions: Int(completions), busySeconds: busySeconds))
        }
        // As soon as some are idle they leave, and none is added for the time of the hold.
        let idle = guarded.decide(.calm(at: 241, wanted: 8, idle: 3, busy: 5, depth: 0))
        #expect(idle.wanted == (isFound ? 5 : 8))
        #expect((idle.rule == .noThroughput) == isFound)
        guard isFound else { return }
        #expect(idle[.limit] == 4)
        #expect(guarded.decide(.calm(at: 242, wanted: 4, idle: 0, busy: 4, depth: 9)).wanted == 4)
        #expect(guarded.decide(.calm(at: 900, wanted: 4, idle: 0, busy: 4, depth: 9)).wanted == 8)
    }

    /// Between two short jobs a worker is idle for an instant, and some look will see it so.
    @Test func workersBetweenTwoJobsAreAtWork() {
        var guarded = ScalingGuards(StubbornPolicy(wanted: 8))
        for second in 0..<240 {
            let count = second < 60 ? 4 : 8
            let idle = second % 3
            let decision = guarded.decide(
                .calm(
                    at: Double(second), wanted: count, idle: idle, busy: count - idle, depth: 500, oldest: 20,
                    completions: 20 * second, busySeconds: Double(second) * Double(count)))
            if decision.rule == .noThroughput { return }
        }
        Issue.record("four more workers brought nothing, and nobody noticed")
    }

    /// The machine's budget grants 4 of 8, again and again: the pool has not moved, so no reversal is spent.
    @Test func whatWasNotGrantedIsNoFlap() {
        var guarded = ScalingGuards(StubbornPolicy(wanted: 8), GuardSettings(flaps: .init(reversals: 2)))
        for second in 0..<100 {
            #expect(guarded.decide(.calm(at: Double(second), wanted: 4)).wanted == 8)
        }
        var shrinking = ScalingGuards(StubbornPolicy(wanted: 2), GuardSettings(flaps: .init(reversals: 2)))
        for second in 0..<100 {
            #expect(shrinking.decide(.calm(at: Double(second), wanted: 4)).wanted == 2)
        }
    }
}
