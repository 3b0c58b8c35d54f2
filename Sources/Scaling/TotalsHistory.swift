/// The totals of the last minutes, so that rates can be taken over any of them. Bounded: as many samples as fit into
/// its length at one a second, then every second one is left out.
struct TotalsHistory: Sendable {
    struct Sample: Sendable {
        var time: Double
        var totals: ScalingObservation.Totals
    }

    private let length: Double
    private var samples: [Sample] = []
    private var first = 0

    /// - Parameter length: Seconds.
    init(length: Double) {
        self.length = length
    }

    var last: Sample? { samples.last }

    mutating func record(_ totals: ScalingObservation.Totals, at time: Double) {
        if let last {
            guard time > last.time else { return }
            let isNewBeginning =
                totals.arrivals < last.totals.arrivals || totals.completions < last.totals.completions
            if isNewBeginning {
                samples.removeAll(keepingCapacity: true)
                first = 0
            } else if time - last.time < 0.05 {
                return
            }
        }
        samples.append(Sample(time: time, totals: totals))
        // One beyond the window stays, so that a rate over all of it can be taken.
        while first + 1 < samples.count, samples[first + 1].time <= time - length { first += 1 }
        if first > 1024 {
            samples.removeFirst(first)
            first = 0
        }
    }

    /// The newest sample that is at least `seconds` older than the newest one; the oldest there is when all are
    /// younger.
    func sample(secondsAgo seconds: Double) -> Sample? {
        guard let last else { return nil }
        let moment = last.time - seconds + 1e-6
        var low = first
        var high = samples.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if samples[middle].time <= moment { low = middle } else { high = middle - 1 }
        }
        return samples[low]
    }

    /// Jobs that arrived in the last `seconds`, and over how many seconds that is known.
    func arrivals(within seconds: Double) -> (jobs: Int, seconds: Double) {
        guard let last, let old = sample(secondsAgo: seconds) else { return (0, 0) }
        return (last.totals.arrivals - old.totals.arrivals, last.time - old.time)
    }
}
