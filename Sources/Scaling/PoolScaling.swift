/// How one pool is scaled.
package struct PoolScaling: Sendable, Hashable {
    package enum Rule: Sendable, Hashable {
        case thresholds(ThresholdSettings)
        case targetWait(TargetWaitSettings)

        package var name: String {
            switch self {
            case .thresholds: "thresholds"
            case .targetWait: "target_wait"
            }
        }
    }

    package var rule: Rule
    package var guards: GuardSettings
    /// Where the length of the queue is to be had; `nil` when it is one of the daemon's own.
    package var signal: SignalSettings?

    package init(
        _ rule: Rule, guards: GuardSettings = GuardSettings(),
        signal: SignalSettings? = nil
    ) {
        self.rule = rule
        self.guards = guards
        self.signal = signal
    }

    /// The rule with the guards around it, without a past.
    package func makePolicy() -> any ScalingPolicy {
        switch rule {
        case .thresholds(let settings): ScalingGuards(ThresholdPolicy(settings), guards)
        case .targetWait(let settings): ScalingGuards(TargetWaitPolicy(settings), guards)
        }
    }
}
