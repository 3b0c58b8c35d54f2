import Testing

@testable import Engine

@Suite struct PrefetchRuleTests {
    @Test func nothingInAdvanceBeforeTheFirstJob() {
        #expect(PrefetchRule().credit(slots: 3) == 3)
    }

    @Test func shortJobsTravelInBatches() {
        var rule = PrefetchRule()
        rule.record(runMicroseconds: 3)
        #expect(rule.credit(slots: 1) == 1 + PrefetchRule.most)
    }

    @Test func longJobsAreHandedOutOneByOne() {
        var rule = PrefetchRule()
        rule.record(runMicroseconds: 1_000_000)
        #expect(rule.credit(slots: 1) == 1)
    }

    @Test func oneLongJobEndsTheAdvanceAtOnce() {
        var rule = PrefetchRule()
        for _ in 0..<1000 { rule.record(runMicroseconds: 2) }
        rule.record(runMicroseconds: 500_000)
        #expect(rule.credit(slots: 1) == 1)
    }

    @Test func aStallEndsTheAdvanceUntilShortJobsComeAgain() {
        var rule = PrefetchRule()
        rule.record(runMicroseconds: 2)
        rule.recordStall()
        #expect(rule.credit(slots: 1) == 1)
        for _ in 0..<200 { rule.record(runMicroseconds: 2) }
        #expect(rule.credit(slots: 1) > 200)
    }

    @Test(arguments: [UInt32(0), 1, 50, 700, 5_000, 80_000, .max])
    func whatWaitsIsBoundedByTime(_ run: UInt32) {
        var rule = PrefetchRule()
        for _ in 0..<100 { rule.record(runMicroseconds: run) }
        let ahead = rule.credit(slots: 1) - 1
        #expect(ahead <= PrefetchRule.most)
        #expect(Double(ahead) * Double(max(1, run)) <= PrefetchRule.windowMicroseconds)
    }
}
