import JobModel
import Scaling

/// How a pool is scaled at this moment, for people and programs that ask.
package struct ScalingStatus: Sendable {
    package var pool: String
    /// `nil` when the number is only set.
    package var rule: PoolScaling.Rule?
    package var poolClass: String
    package var manual: ManualScale?
    package var observation: ScalingObservation
    /// `nil` when the pool's queues are the daemon's own, or it is not scaled.
    package var signal: SignalStatus?
    /// What would be decided now.
    package var decision: ScalingDecision
}
