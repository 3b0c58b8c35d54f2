import Scaling

/// Laravel Horizon with `balance: auto` and the strategy `time` (`src/AutoScaler.php`), for a supervisor with one queue:
/// each queue's share of `maxProcesses` is its share of the time to clear all queues. With one queue that share is
/// whole, so everything is wanted while anything waits, and the least otherwise; at most `balanceMaxShift` (1) is
/// changed every `balanceCooldown` (3 s). The victims are the oldest, busy or not; they may end their job.
package struct HorizonPolicy: ScalingPolicy {
    private let maxShift: Int
    private let cooldown: Duration
    private var lastLook: Duration?

    package init(maxShift: Int = 1, cooldown: Duration = .seconds(3)) {
        self.maxShift = maxShift
        self.cooldown = cooldown
    }

    package mutating func decide(_ observation: ScalingObservation) -> ScalingDecision {
        if let lastLook, observation.time - lastLook < cooldown { return .baseline(observation.wanted, observation) }
        lastLook = observation.time
        let isWaiting = (observation.queue?.depth ?? 0) > 0
        let desired = isWaiting ? observation.range.upperBound : observation.range.lowerBound
        let change = max(-maxShift, min(maxShift, desired - observation.wanted))
        return .baseline(observation.wanted + change, observation)
    }
}
