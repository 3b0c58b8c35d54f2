import JobModel
import SeededRandom
import Testing

@Suite("RetryPolicy")
struct RetryPolicyTests {
    @Test("a list gives its waits in turn, the last one for ever")
    func intervals() {
        var random = SeededRandom(seed: 1)
        let policy = RetryPolicy.intervals([.seconds(10), .seconds(60), .seconds(300)])
        let waits = (1...5).map { policy.delay(afterAttempts: $0, using: &random) }
        #expect(waits == [.seconds(10), .seconds(60), .seconds(300), .seconds(300), .seconds(300)])
        #expect(policy.delay(afterAttempts: 0, using: &random) == .seconds(10))
        #expect(RetryPolicy.intervals([]).delay(afterAttempts: 3, using: &random) == .zero)
    }

    @Test("without jitter a wait is base times factor, up to the cap")
    func exponential() {
        var random = SeededRandom(seed: 1)
        let policy = RetryPolicy.exponential(base: .seconds(1), factor: 2, cap: .seconds(20), jitter: 0)
        let waits = (1...7).map { policy.delay(afterAttempts: $0, using: &random) }
        #expect(waits == [1, 2, 4, 8, 16, 20, 20].map { Duration.seconds($0) })
    }

    @Test(
        "whatever the policy and the attempt, a wait lies within its bounds", arguments: 1...50 as ClosedRange<UInt64>)
    func bounds(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let base = Duration.milliseconds(Int64.random(in: 1...60_000, using: &random))
        let cap = Duration.milliseconds(Int64.random(in: 1...3_600_000, using: &random))
        let factor = Double.random(in: 1...5, using: &random)
        let jitter = Double.random(in: 0...1, using: &random)
        let policy = RetryPolicy.exponential(base: base, factor: factor, cap: cap, jitter: jitter)
        let attempts = [1, 2, 3, 5, 10, 100, 1000, .max / 2].prefix(Int.random(in: 3...7, using: &random))
        for attempt in attempts {
            let wait = policy.delay(afterAttempts: attempt, using: &random).inSeconds
            #expect(wait >= 0)
            #expect(wait <= cap.inSeconds * (1 + jitter) + 0.001)
            let low = min(base, cap).inSeconds * (1 - jitter)
            #expect(wait >= low - 0.002)
        }
    }

    @Test("jitter spreads what failed together, evenly around the wait")
    func spread() {
        var random = SeededRandom(seed: 7)
        let policy = RetryPolicy.exponential(base: .seconds(100), factor: 1, cap: .seconds(100), jitter: 0.1)
        let waits = (0..<2000).map { _ in policy.delay(afterAttempts: 1, using: &random).inSeconds }
        #expect(Set(waits).count > 1000)
        let mean = waits.reduce(0, +) / 2000
        #expect(abs(mean - 100) < 1)
        #expect((waits.min() ?? 0) < 91 && (waits.max() ?? 0) > 109)
    }

    @Test("the same random numbers give the same wait")
    func repeatable() {
        var first = SeededRandom(seed: 3)
        var second = SeededRandom(seed: 3)
        for attempt in 1...20 {
            let wait = RetryPolicy.standard.delay(afterAttempts: attempt, using: &first)
            #expect(wait == RetryPolicy.standard.delay(afterAttempts: attempt, using: &second))
        }
    }
}
