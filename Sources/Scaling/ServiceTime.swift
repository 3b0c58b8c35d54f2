/// Mean seconds of service of a job: time that slots were taken ÷ completions (total time on test: what is still in
/// progress counts with the time it has had). The mean age of jobs in flight would be far too long when few jobs are
/// very long (the inspection paradox).
///
/// Three levels, each the prior of the next and worth `weight` completions: what was assumed, the last minutes, the
/// last seconds. So fast pools follow a change in seconds, and slow ones are not thrown about by single jobs.
struct ServiceTime: Sendable {
    struct Horizons: Sendable, Hashable {
        /// Seconds.
        var short: Double
        /// Seconds.
        var long: Double
        /// Completions that the longer horizon counts for in the shorter one.
        var weight: Double
        /// Seconds, before anything is known. It counts for one completion.
        var assumed: Double
    }

    let horizons: Horizons
    /// Fading sums over the whole life: a pool that was idle for an hour has not forgotten what its jobs are like.
    private var lifeBusy = 0.0
    private var lifeCompletions = 0.0
    private var last: ScalingObservation.Totals?

    init(_ horizons: Horizons) {
        self.horizons = horizons
    }

    mutating func record(_ totals: ScalingObservation.Totals) {
        defer { last = totals }
        guard let last, totals.completions >= last.completions, totals.busySeconds >= last.busySeconds else { return }
        let completions = Double(totals.completions - last.completions)
        // A thousand completions fade the older ones to about a third.
        let fade = 1000 / (1000 + completions)
        lifeBusy = lifeBusy * fade + totals.busySeconds - last.busySeconds
        lifeCompletions = lifeCompletions * fade + completions
    }

    func estimate(_ history: TotalsHistory) -> Double {
        let life = (lifeBusy + horizons.assumed) / (lifeCompletions + 1)
        let long = mean(history, within: horizons.long, prior: life)
        return max(0.001, mean(history, within: horizons.short, prior: long))
    }

    private func mean(_ history: TotalsHistory, within seconds: Double, prior: Double) -> Double {
        guard let new = history.last, let old = history.sample(secondsAgo: seconds) else { return prior }
        let busy = new.totals.busySeconds - old.totals.busySeconds
        let completions = Double(new.totals.completions - old.totals.completions)
        return (max(0, busy) + prior * horizons.weight) / (completions + horizons.weight)
    }
}
