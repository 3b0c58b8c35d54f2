/// How many workers a pool is to have. A value without clock or I/O: the daemon and the simulator run the same one.
package protocol ScalingPolicy: Sendable {
    /// Called at regular moments, about once a second, with observations in the order of their time.
    mutating func decide(_ observation: ScalingObservation) -> ScalingDecision
}

extension ClosedRange<Int> {
    package func clamp(_ value: Int) -> Int { Swift.min(Swift.max(value, lowerBound), upperBound) }
}

extension Int {
    /// A number that may be beyond what `Int` holds, rounded up.
    init(roundingUp value: Double) {
        self = value.isNaN ? 0 : Int(Swift.max(-1e9, Swift.min(1e9, value.rounded(.up))))
    }
}
