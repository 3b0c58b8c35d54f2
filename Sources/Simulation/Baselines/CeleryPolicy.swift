import Scaling

/// Celery's `--autoscale` (`celery/worker/autoscale.py`): as many processes as there are jobs reserved and running. It
/// grows at once by the difference, and shrinks by it when the last growth is `keepalive` ago (`AUTOSCALE_KEEPALIVE`,
/// 30 s); only idle processes end. Without a keepalive it is the rule idealised: "in flight + backlog".
///
/// Kinder than the original: the whole queue is seen, not only what was prefetched, and the supply shrinks as soon as
/// it may, not at the next message.
package struct CeleryPolicy: ScalingPolicy {
    private let keepalive: Duration
    private var lastGrowth: Duration?

    package init(keepalive: Duration = .seconds(30)) {
        self.keepalive = keepalive
    }

    package mutating func decide(_ observation: ScalingObservation) -> ScalingDecision {
        let jobs = observation.running + (observation.queue?.depth ?? 0)
        let needed = observation.range.clamp(jobs)
        if needed > observation.wanted {
            lastGrowth = observation.time
            return .baseline(needed, observation)
        }
        let mayShrink = lastGrowth.map { observation.time - $0 >= keepalive } ?? true
        guard needed < observation.wanted, mayShrink else { return .baseline(observation.wanted, observation) }
        return .baseline(needed, observation)
    }
}
