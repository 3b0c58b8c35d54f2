import Scaling
import Testing

@Suite struct TargetWaitTests {
    /// A pool with a history: `rate` jobs a second of `service` seconds, for five minutes.
    private func seasoned(
        _ policy: inout TargetWaitPolicy, rate: Int, service: Double, wanted: Int
    ) -> ScalingObservation.Totals {
        var totals = ScalingObservation.Totals()
        for second in 0..<300 {
            totals.arrivals += rate
            totals.completions += rate
            totals.busySeconds += Double(rate) * service
            _ = policy.decide(
                .calm(
                    at: Double(second), wanted: wanted, idle: 0, busy: wanted, range: 1...60,
                    arrivals: totals.arrivals, completions: totals.completions, busySeconds: totals.busySeconds))
        }
        return totals
    }

    @Test func workersFitTheLoad() {
        var policy = TargetWaitPolicy(TargetWaitSettings(target: .seconds(30)))
        let totals = seasoned(&policy, rate: 4, service: 1.5, wanted: 20)
        let decision = policy.decide(
            .calm(
                at: 300, wanted: 20, idle: 14, busy: 6, range: 1...60, arrivals: totals.arrivals,
                completions: totals.completions, busySeconds: totals.busySeconds))
        #expect(decision.rule == .surplus)
        #expect((7...8).contains(decision.wanted))
        #expect(abs((decision[.offeredLoad] ?? 0) - 6) < 0.5)
    }

    /// 300 jobs of 1 s at once, 30 s of patience, 5 s of boot: within what is planned, 0.95 · 30 s, one worker starts
    /// 28 and each new one 24. Eleven more do in the mean, and a twelfth for chance.
    @Test func aBatchGetsWhatItNeedsAndNoMore() {
        var policy = TargetWaitPolicy(TargetWaitSettings(target: .seconds(30)))
        let totals = seasoned(&policy, rate: 1, service: 1, wanted: 1)
        let decision = policy.decide(
            .calm(
                at: 300, wanted: 1, idle: 0, busy: 1, depth: 300, oldest: 0.5, range: 1...60,
                arrivals: totals.arrivals + 300, completions: totals.completions, busySeconds: totals.busySeconds))
        #expect(decision.rule == .drain)
        #expect((12...14).contains(decision.wanted))
    }

    @Test func bootingWorkersAreCapacity() {
        var policy = TargetWaitPolicy(TargetWaitSettings(target: .seconds(30)))
        let totals = seasoned(&policy, rate: 1, service: 1, wanted: 1)
        var wanted = 1
        var grown: [Int] = []
        for second in 0..<4 {
            let decision = policy.decide(
                .calm(
                    at: 300 + Double(second), wanted: wanted, idle: 0, busy: 1, starting: wanted - 1,
                    depth: 300 - second, oldest: Double(second), range: 1...60, arrivals: totals.arrivals + 300,
                    completions: totals.completions + second, busySeconds: totals.busySeconds + Double(second)))
            grown.append(decision.wanted - wanted)
            wanted = decision.wanted
        }
        #expect(grown[0] > 10)
        #expect(grown[1...].allSatisfy { $0 <= 2 })
    }

    @Test func withoutASignalNothingChanges() {
        var policy = TargetWaitPolicy(TargetWaitSettings(target: .seconds(30)))
        _ = seasoned(&policy, rate: 1, service: 1, wanted: 9)
        let decision = policy.decide(.calm(at: 300, wanted: 9, idle: 8, busy: 1, depth: nil))
        #expect(decision.wanted == 9)
        #expect(decision.rule == .missingSignal)
    }

    @Test func everySentenceHasItsFigures() {
        for rule in ScalingRule.allCases {
            let figures = ScalingFigure.Name.allCases.map { ScalingFigure($0, 1) }
            let sentence = ScalingDecision(current: 3, wanted: 5, rule: rule, figures: figures).sentence
            #expect(sentence.hasPrefix("3 → 5: "))
            #expect(sentence.count > 15)
            #expect(!sentence.contains("?"))
        }
        #expect(
            ScalingDecision(
                current: 3, wanted: 5, rule: .queueLatency,
                figures: [ScalingFigure(.oldestSeconds, 41.2), ScalingFigure(.limit, 30)]
            ).sentence == "3 → 5: the oldest job waits for 41.2 s (limit 30 s)")
    }

    @Test func namesAreUniqueAndInTheFieldsWords() {
        let names = ScalingRule.allCases.map(\.rawValue) + ScalingFigure.Name.allCases.map(\.rawValue)
        #expect(names.allSatisfy { name in name.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 } })
        #expect(Set(ScalingRule.allCases.map(\.rawValue)).count == ScalingRule.allCases.count)
    }
}
