import SeededRandom
import Supervision
import Testing

@Suite struct RolloutRuleTests {
    private typealias Outcomes = RolloutRule.Outcomes

    private func rule(old: RolloutRule.Outcomes = .init(completed: 100)) -> RolloutRule {
        RolloutRule(old: old, patience: .seconds(10))
    }

    private func isGoingBack(_ decision: RolloutRule.Decision) -> Bool {
        if case .goBack = decision { true } else { false }
    }

    @Test func theFirstWorkerIsProvedByThreeGoodJobs() {
        let rule = rule()
        #expect(rule.judge(Outcomes(), readyFor: .zero) == .wait)
        #expect(rule.judge(Outcomes(completed: 2), readyFor: .seconds(9)) == .wait)
        #expect(rule.judge(Outcomes(completed: 3), readyFor: .zero) == .promote)
        #expect(rule.judge(Outcomes(completed: 3, failed: 1), readyFor: .zero) == .promote)
    }

    @Test func orByPatience() {
        let rule = rule()
        #expect(rule.nextLook == .seconds(10))
        #expect(rule.judge(Outcomes(), readyFor: .seconds(10) - .milliseconds(1)) == .wait)
        #expect(rule.judge(Outcomes(), readyFor: .seconds(10)) == .promote)
        #expect(rule.judge(Outcomes(failed: 2), readyFor: .seconds(10)) == .promote, "two failures say nothing")
    }

    @Test func theOthersFollowAtOnce() {
        var rule = rule()
        rule.promote()
        #expect(rule.judge(Outcomes(), readyFor: .zero) == .promote && rule.nextLook == nil)
        #expect(isGoingBack(rule.judge(Outcomes(completed: 3, failed: 9), readyFor: .zero)), "they are still watched")
    }

    @Test func oneDeathIsBadLuckAndTwoAreNot() {
        var rule = rule()
        #expect(rule.died("was killed by SIGSEGV") == .wait)
        #expect(
            rule.died("ended with exit code 1")
                == .goBack(why: "2 of its workers died, the last ended with exit code 1"))
    }

    @Test(arguments: [
        (RolloutRule.Outcomes(completed: 100), RolloutRule.Outcomes(completed: 0, failed: 3), true),
        (.init(completed: 100), .init(completed: 3, failed: 3), true),
        (.init(completed: 100), .init(completed: 50, failed: 3), false),
        (.init(completed: 100), .init(failed: 2), false),
        // A pool whose jobs fail anyway: the new one is no worse.
        (.init(completed: 50, failed: 50), .init(completed: 1, failed: 9), false),
        (.init(completed: 80, failed: 20), .init(completed: 7, failed: 3), false),
        (.init(completed: 80, failed: 20), .init(completed: 2, failed: 8), true),
        (.init(failed: 100), .init(failed: 100), false),
        // Nothing is known of the old one: only who does nothing well goes back.
        (.init(), .init(failed: 3), true),
        (.init(), .init(completed: 1, failed: 3), false),
        (.init(), .init(completed: 10, failed: 10), false),
    ])
    func aGenerationThatFailsMoreGoesBack(_ old: RolloutRule.Outcomes, _ new: RolloutRule.Outcomes, _ goesBack: Bool) {
        #expect(isGoingBack(rule(old: old).judge(new, readyFor: .seconds(60))) == goesBack)
    }

    @Test func theReasonHasTheNumbers() {
        #expect(
            rule(old: .init(completed: 98, failed: 2)).judge(.init(completed: 1, failed: 4), readyFor: .zero)
                == .goBack(why: "4 of its 5 attempts failed; of the generation before, 2 of 100"))
        #expect(
            rule(old: .init()).judge(.init(failed: 3), readyFor: .zero)
                == .goBack(why: "3 of its 3 attempts failed; the generation before had none"))
    }

    /// Whatever came before: fewer than three failures take nothing back, one that fails no more than the old one does
    /// not either, and after the patience there is a decision.
    @Test func anyTwoGenerationsAreJudged() {
        for seed in UInt64(0)..<5000 {
            var random = SeededRandom(seed: seed)
            let old = Outcomes(
                completed: .random(in: 0...50, using: &random), failed: .random(in: 0...50, using: &random))
            let new = Outcomes(
                completed: .random(in: 0...50, using: &random), failed: .random(in: 0...50, using: &random))
            var rule = rule(old: old)
            if random.chance(0.5) { rule.promote() }
            let decision = rule.judge(new, readyFor: .seconds(10))
            #expect(decision != .wait, "seed \(seed)")
            if new.failed < 3 { #expect(decision == .promote, "seed \(seed)") }
            if isGoingBack(decision), old.completed + old.failed > 5 {
                let (newRate, oldRate) = (share(new), share(old))
                #expect(newRate > oldRate, "seed \(seed): \(old) \(new)")
            }
        }
    }

    private func share(_ outcomes: RolloutRule.Outcomes) -> Double {
        Double(outcomes.failed) / Double(max(1, outcomes.completed + outcomes.failed))
    }
}
