/// When a worker that died is replaced.
///
/// The first death is replaced at once; every further one without a sign of health in between waits a random part
/// of a doubling limit ("full jitter": uniform between nothing and the limit), so that workers which died together
/// do not come back together. It never gives up.
package struct RestartBackoff: Sendable {
    package static let base: Duration = .milliseconds(500)
    package static let cap: Duration = .seconds(60)
    /// A worker that has been ready for so long is healthy even if it had no job.
    package static let healthyAfter: Duration = .seconds(60)

    /// Deaths since the last sign of health.
    package private(set) var deaths = 0

    package init() {}

    /// Counts a death and gives the wait before the replacement starts.
    package mutating func death(using random: inout some RandomNumberGenerator) -> Duration {
        deaths += 1
        guard deaths > 1 else { return .zero }
        // 2^7 · 0.5 s is beyond the cap: larger exponents need no computing.
        let limit = min(Self.base * (1 << min(deaths - 2, 7)), Self.cap)
        return limit * Double.random(in: 0...1, using: &random)
    }

    /// The worker did a job, or was ready for ``healthyAfter``.
    package mutating func healthy() {
        deaths = 0
    }
}
