import Scaling

/// A number that somebody has chosen; `nil` is the most that the pool may have.
package struct FixedPolicy: ScalingPolicy {
    private let count: Int?

    package init(_ count: Int?) {
        self.count = count
    }

    package func decide(_ observation: ScalingObservation) -> ScalingDecision {
        .baseline(count ?? observation.range.upperBound, observation)
    }
}

extension ScalingDecision {
    /// A compared rule's number, within the pool's range.
    static func baseline(_ wanted: Int, _ observation: ScalingObservation) -> ScalingDecision {
        ScalingDecision(current: observation.wanted, wanted: observation.range.clamp(wanted), rule: .baseline)
    }
}
