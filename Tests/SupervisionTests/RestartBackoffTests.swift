import Supervision
import Testing

@Suite struct RestartBackoffTests {
    /// Always the largest number: jitter at its upper end.
    private struct Largest: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }

    @Test func theFirstDeathIsReplacedAtOnce() {
        var backoff = RestartBackoff()
        var random = SystemRandomNumberGenerator()
        #expect(backoff.death(using: &random) == .zero)
    }

    @Test func theLimitDoublesUpToTheCap() {
        var backoff = RestartBackoff()
        var random = Largest()
        var limits: [Duration] = []
        for _ in 0..<12 { limits.append(backoff.death(using: &random)) }
        #expect(limits[0] == .zero)
        let expected = [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
        for (limit, seconds) in zip(limits.dropFirst(), expected) {
            #expect(abs(limit / .seconds(1) - seconds) < 0.001)
        }
    }

    @Test func healthForgetsTheDeaths() {
        var backoff = RestartBackoff()
        var random = Largest()
        for _ in 0..<5 { _ = backoff.death(using: &random) }
        backoff.healthy()
        #expect(backoff.death(using: &random) == .zero)
    }

    @Test(arguments: 1...200) func everyWaitIsWithinItsBounds(_ deaths: Int) {
        var backoff = RestartBackoff()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<deaths {
            let wait = backoff.death(using: &random)
            #expect(wait >= .zero && wait <= RestartBackoff.cap)
        }
    }
}
