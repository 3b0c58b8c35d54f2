/// Jobs per second, from two horizons: the long one as long as the short one may differ from it by chance, the short
/// one when it cannot.
///
/// A count over a time has about the square root of its expectation as deviation (Poisson), so a short horizon that is
/// `surprise` deviations away tells of a new rate. Where few jobs come, the long horizon grows until it has seen enough
/// of them, and short ones of four times the length each are asked as well: a change of ten jobs an hour cannot be seen
/// in seconds.
///
/// A new *higher* rate must show in each third of the short horizon: a batch, which comes at once and is over, shows in
/// one or two, and what it needs is reckoned from the queue instead.
struct ArrivalRate: Sendable {
    struct Horizons: Sendable, Hashable {
        /// Seconds.
        var short: Double
        /// Seconds at least, and at most as long as the history.
        var long: Double
        /// Jobs that the long horizon should have seen.
        var enough: Int
        /// Standard deviations.
        var surprise: Double
    }

    let horizons: Horizons
    let longest: Double

    func estimate(_ history: TotalsHistory) -> Double {
        var long = history.arrivals(within: horizons.long)
        var length = horizons.long
        while long.jobs < horizons.enough, length < longest {
            length = min(longest, 2 * length)
            long = history.arrivals(within: length)
        }
        guard long.seconds > 0 else { return 0 }
        let slow = Double(long.jobs) / long.seconds
        var short = horizons.short
        // Beyond half of the long one a short horizon sees the same jobs.
        while short <= long.seconds / 2 {
            if let changed = changed(from: slow, within: short, history) { return changed }
            short *= 4
        }
        return slow
    }

    private func changed(from slow: Double, within short: Double, _ history: TotalsHistory) -> Double? {
        let seen = history.arrivals(within: short)
        guard seen.seconds > 0 else { return nil }
        let expected = slow * seen.seconds
        let margin = horizons.surprise * (expected + 1).squareRoot()
        if Double(seen.jobs) < expected - margin { return Double(seen.jobs) / seen.seconds }
        guard Double(seen.jobs) > expected + margin else { return nil }
        // The least rate of the thirds.
        let third = short / 3
        let newest = history.arrivals(within: third).jobs
        let newer = history.arrivals(within: 2 * third).jobs
        let sustained = Double(min(newest, newer - newest, seen.jobs - newer)) / third
        return sustained > slow ? sustained : nil
    }
}
