/// How a pool is scaled so that jobs wait no longer than a target. Only the target is for people; `Scaling.md` tells what
/// of the rest was tuned, and on what.
package struct TargetWaitSettings: Sendable, Hashable {
    /// What jobs may wait.
    package var target: Duration
    /// The part of the target that is planned with.
    package var margin: Double = 0.95
    /// The share of jobs that may wait longer than planned with the base alone, when a worker boots too slowly to help
    /// one that waits already.
    package var missShare: Double = 0.01
    /// The same when it boots in time, since then the drain adds workers for those that wait: up to this share the pool
    /// does not grow,
    package var growthShare: Double = 0.9
    /// and down to that one it does not shrink.
    package var relaxedShare: Double = 0.1
    /// Deviations that the work of a backlog may be beyond its mean.
    package var drainDeviations: Double = 1
    package var shortHorizon: Duration = .seconds(12)
    package var longHorizon: Duration = .seconds(90)
    /// Jobs that the long horizon should have seen; it grows up to ``longestHorizon`` until it has.
    package var enoughJobs = 60
    package var longestHorizon: Duration = .seconds(900)
    /// Deviations from which on the short horizon is believed.
    package var surprise: Double = 3
    /// Assumed until jobs have ended.
    package var assumedService: Duration = .seconds(1)
    package var stabilisation: Duration = .seconds(10)
    package var widening: Double = 2
    package var widest: Double = 8
    package var wideningHalfLife: Duration = .seconds(600)

    package init(target: Duration) {
        self.target = target
    }
}
