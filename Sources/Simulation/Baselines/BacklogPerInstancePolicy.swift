import Scaling

/// AWS's recipe for workers of a queue ("Scaling policy based on Amazon SQS", EC2 Auto Scaling user guide): target
/// tracking of the backlog per instance, whose target is the acceptable latency ÷ the mean time of a job. CloudWatch
/// has a figure each minute; the alarm for more needs three that are too high, that for fewer fifteen that are below
/// nine tenths of the target. Then the number becomes `ceil(backlog ÷ target)`.
///
/// Kinder than the recipe: the time of a job is the mean so far, not a constant. Any instance is a victim; it has 30 s.
package struct BacklogPerInstancePolicy: ScalingPolicy {
    private let acceptableSeconds: Double
    private var lastMinute: Duration?
    private var highMinutes = 0
    private var lowMinutes = 0

    package init(target: Duration) {
        acceptableSeconds = target.inSeconds
    }

    package mutating func decide(_ observation: ScalingObservation) -> ScalingDecision {
        let current = observation.wanted
        if let lastMinute, observation.time - lastMinute < .seconds(60) { return .baseline(current, observation) }
        lastMinute = observation.time
        let totals = observation.totals
        guard let depth = observation.queue?.depth, totals.completions > 0 else {
            return .baseline(current, observation)
        }
        let acceptable = acceptableSeconds * Double(totals.completions) / max(0.001, totals.busySeconds)
        let backlog = Double(depth) / Double(max(1, current))
        highMinutes = backlog > acceptable ? highMinutes + 1 : 0
        lowMinutes = backlog < 0.9 * acceptable ? lowMinutes + 1 : 0
        guard highMinutes >= 3 || lowMinutes >= 15 else { return .baseline(current, observation) }
        return .baseline(Int((Double(depth) / acceptable).rounded(.up)), observation)
    }
}
