import Supervision
import Testing

@Suite struct PutOffRuleTests {
    @Test func soManyInOneWindow() {
        var rule = PutOffRule()
        #expect(rule.left(at: .seconds(11)) == 512)
        #expect(rule.putOff(500, at: .seconds(11)) == .seconds(5))
        #expect(rule.left(at: .milliseconds(14_999)) == 12)
        _ = rule.putOff(12, at: .seconds(14))
        #expect(rule.left(at: .seconds(14)) == 0)
        #expect(PutOffRule.nextWindow(after: .seconds(14)) == .seconds(15))
        #expect(rule.left(at: .seconds(15)) == 512)
    }

    @Test func theDelayGrowsWhileEveryWindowIsUsedUp() {
        var rule = PutOffRule()
        let delays = (2..<6).map { rule.putOff(512, at: .seconds($0 * 5)) }
        #expect(delays == [.seconds(5), .seconds(10), .seconds(15), .seconds(20)])
        #expect(rule.putOff(511, at: .seconds(30)) == .seconds(25))
        #expect(rule.putOff(512, at: .seconds(35)) == .seconds(5), "a window was not used up")
        #expect(rule.putOff(512, at: .seconds(60)) == .seconds(5), "a window was not used at all")
    }

    /// Jobs that come back to the head of their queue keep nobody waiting behind them for ever.
    @Test(arguments: [600, 5_000, 20_000])
    func whoWaitsBehindManyHasItsTurn(backlog: Int) {
        var rule = PutOffRule()
        var due = [Duration](repeating: .zero, count: backlog)
        for window in 0..<10_000 {
            let now = Duration.seconds(window * 5)
            var left = rule.left(at: now)
            for index in due.indices where left > 0 && due[index] <= now {
                due[index] = now + rule.putOff(1, at: now)
                left -= 1
            }
            if left > 0 { return }
        }
        Issue.record("each window was used up")
    }
}
