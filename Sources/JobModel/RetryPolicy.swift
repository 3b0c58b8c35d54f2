/// How long a job waits before its next attempt.
package enum RetryPolicy: Hashable, Sendable {
    /// The n-th wait is the n-th of the list; the last one is repeated.
    case intervals([Duration])
    /// `base · factor^(n-1)`, at most `cap`, then moved by up to ± `jitter` (a share, 0 to 1) so that
    /// jobs that failed together do not come back together.
    case exponential(base: Duration, factor: Double, cap: Duration, jitter: Double)

    package static let standard = RetryPolicy.exponential(base: .seconds(1), factor: 2, cap: .seconds(600), jitter: 0.1)

    /// The wait after `attempts` failed attempts (1 or more).
    package func delay(
        afterAttempts attempts: Int, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let count = max(1, attempts)
        switch self {
        case .intervals(let list):
            guard let last = list.last else { return .zero }
            return count <= list.count ? list[count - 1] : last
        case .exponential(let base, let factor, let cap, let jitter):
            var seconds = base.inSeconds
            let limit = cap.inSeconds
            // Multiplying step by step and stopping at the cap keeps huge exponents out of the floating point.
            for _ in 1..<count where seconds < limit { seconds *= factor }
            seconds = min(seconds, limit)
            let spread = jitter > 0 ? Double.random(in: -jitter...jitter, using: &random) : 0
            return .milliseconds(Int64(max(0, seconds * (1 + spread)) * 1000))
        }
    }
}
