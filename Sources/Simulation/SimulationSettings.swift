/// The pool and the machine that a trace is played on. One slot per worker.
package struct SimulationSettings: Sendable, Hashable {
    /// Who leaves when a pool shrinks.
    package enum Victims: Sendable, Hashable {
        /// Idle workers only; nobody leaves as long as there is none.
        case idle
        /// Any worker. A busy one has so many seconds to end its job, then it is killed and the job starts again.
        case any(graceSeconds: Double)
    }

    /// Workers that the pool may have.
    package var range: ClosedRange<Int>
    /// What a job may wait; only the report and the oracle know it, and a policy that was made with it.
    package var targetSeconds: Double
    /// Mean time from start to readiness; each worker's own lies evenly within ± half of `bootSpread` of it.
    package var bootSeconds: Double
    package var bootSpread: Double
    /// Between two decisions.
    package var tickSeconds: Double
    package var victims: Victims
    /// Jobs in progress beyond this number slow each other down, as those of a database with so many processors do.
    package var bottleneck: Int?
    /// For boot times and victims.
    package var seed: UInt64

    package init(
        range: ClosedRange<Int>, targetSeconds: Double, bootSeconds: Double = 5, bootSpread: Double = 0.5,
        tickSeconds: Double = 1, victims: Victims = .idle, bottleneck: Int? = nil, seed: UInt64 = 1
    ) {
        self.range = range
        self.targetSeconds = targetSeconds
        self.bootSeconds = bootSeconds
        self.bootSpread = bootSpread
        self.tickSeconds = tickSeconds
        self.victims = victims
        self.bottleneck = bottleneck
        self.seed = seed
    }
}
