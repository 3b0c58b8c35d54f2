import Scaling

/// The Horizontal Pod Autoscaler on the length of a queue, as KEDA feeds it (an external metric with an average value):
/// every 15 s `ceil(metric ÷ target)`, nothing within a tolerance of 10 %; up by 4 or by all there are, whichever is
/// more; down to the largest recommendation of the last 300 s. The defaults of `autoscaling/v2`; KEDA's scalers for
/// lists have a target of 5. Any pod is a victim, and has 30 s (`terminationGracePeriodSeconds`) to end its job.
package struct HPAPolicy: ScalingPolicy {
    private let targetPerWorker: Double
    private let sync: Duration
    private let stabilisation: Duration
    private var lastSync: Duration?
    private var recommendations: [(time: Duration, wanted: Int)] = []

    package init(
        targetPerWorker: Double = 5, sync: Duration = .seconds(15), stabilisation: Duration = .seconds(300)
    ) {
        self.targetPerWorker = targetPerWorker
        self.sync = sync
        self.stabilisation = stabilisation
    }

    package mutating func decide(_ observation: ScalingObservation) -> ScalingDecision {
        if let lastSync, observation.time - lastSync < sync { return .baseline(observation.wanted, observation) }
        lastSync = observation.time
        let current = observation.wanted
        // A metric that is missing changes nothing.
        guard let depth = observation.queue?.depth else { return .baseline(current, observation) }
        let ratio = Double(depth) / (targetPerWorker * Double(max(1, current)))
        let exact = Int((Double(depth) / targetPerWorker).rounded(.up))
        let wanted = observation.range.clamp(abs(ratio - 1) <= 0.1 ? current : exact)
        recommendations.append((observation.time, wanted))
        recommendations.removeAll { $0.time <= observation.time - stabilisation }
        if wanted > current {
            return .baseline(min(wanted, current + max(4, current)), observation)
        }
        let largest = recommendations.reduce(wanted) { max($0, $1.wanted) }
        return .baseline(min(current, largest), observation)
    }
}
