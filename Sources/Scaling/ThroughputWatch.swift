/// Whether further workers bring further completions. When they do not, something that all of them wait for is the
/// bottleneck, a database mostly, and more workers make it worse.
///
/// Compared are two stretches of time in which jobs waited all the while and the number of ready workers was one and then
/// another, with no rest in between. Both must have seen enough completions for the difference not to be chance. As long
/// as jobs wait, the few workers that are seen idle are between two jobs.
package struct ThroughputWatch: Sendable {
    package struct Settings: Sendable, Hashable {
        /// The part of the proportional gain that added workers must bring at least.
        package var leastGain: Double
        /// Deviations that the proportional gain must be, to be told from chance.
        package var certainty: Double
        /// How long no more workers are tried; doubled after each failure, up to an hour.
        package var hold: Duration

        package init(leastGain: Double = 0.2, certainty: Double = 4, hold: Duration = .seconds(300)) {
            self.leastGain = leastGain
            self.certainty = certainty
            self.hold = hold
        }
    }

    /// Workers that brought nothing.
    struct Finding: Sendable, Hashable {
        /// So many are enough.
        var ceiling: Int
        /// Completions per second.
        var before: Double
        var after: Double
        var until: Duration
    }

    private struct Stretch: Sendable {
        var workers: Int
        var start: Duration
        var first: ScalingObservation.Totals
        var end: Duration
        var last: ScalingObservation.Totals

        var seconds: Double { (end - start).inSeconds }
        var completions: Double { Double(last.completions - first.completions) }
        var rate: Double { seconds > 0 ? completions / seconds : 0 }
        var serviceSeconds: Double {
            completions > 0 ? (last.busySeconds - first.busySeconds) / completions : .infinity
        }

        /// New workers complete nothing for the time of one job, and among jobs of very different length a few long ones
        /// look like a bottleneck: a stretch has to be many jobs long.
        var isLongEnough: Bool { seconds >= 15 && seconds >= 10 * serviceSeconds && completions >= 30 }
    }

    private let settings: Settings
    private var reference: Stretch?
    private var present: Stretch?
    private var finding: Finding?
    private var failures = 0

    package init(_ settings: Settings = Settings()) {
        self.settings = settings
    }

    mutating func record(_ observation: ScalingObservation) {
        let workers = observation.workers
        guard let queue = observation.queue, queue.depth > 0, workers.busy > 0, workers.idle <= workers.busy
        else {
            reference = nil
            present = nil
            return
        }
        if var stretch = present, stretch.workers == workers.ready,
            observation.totals.completions >= stretch.last.completions
        {
            stretch.end = observation.time
            stretch.last = observation.totals
            present = stretch
            if let reference { judge(stretch, beside: reference) }
            return
        }
        if let present, present.isLongEnough, reference.map({ $0.workers != present.workers }) ?? true {
            reference = present
        }
        present = Stretch(
            workers: workers.ready, start: observation.time, first: observation.totals, end: observation.time,
            last: observation.totals)
    }

    /// What holds at that time.
    func finding(at time: Duration) -> Finding? {
        finding.flatMap { time < $0.until ? $0 : nil }
    }

    private mutating func judge(_ stretch: Stretch, beside old: Stretch) {
        // Less than a quarter more tells little in a bearable time.
        guard Double(stretch.workers) >= 1.25 * Double(old.workers), stretch.isLongEnough else { return }
        let gain = Double(stretch.workers) / Double(old.workers) - 1
        let expected = old.rate * gain * stretch.seconds
        // Both counts are chance: that of the old stretch is scaled to the length of the new one.
        let scaled = stretch.seconds / old.seconds
        let deviation = (stretch.completions + old.completions * scaled * scaled).squareRoot()
        guard expected > settings.certainty * deviation else { return }
        guard stretch.rate < old.rate * (1 + settings.leastGain * gain) else {
            failures = 0
            return
        }
        let hold = min(settings.hold * (1 << min(failures, 6)), .seconds(3600))
        failures += 1
        finding = Finding(
            ceiling: old.workers, before: old.rate, after: stretch.rate, until: stretch.end + hold)
        reference = nil
        present = nil
    }
}
