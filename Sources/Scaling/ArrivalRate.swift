/// Jobs per second, from two horizons: the long one as long as the short one may differ from it by chance, the short
/// one when it cannot.
///
/// A count over a time has about the square root of its expectation as deviation (Poisson), so a short horizon that is
/// `surprise` deviations away tells of a new rate. A new *higher* rate must show in each third of the short horizon: a
/// batch, which comes at once and is over, shows in one or two, and what it needs is reckoned from the queue instead.
struct ArrivalRate: Sendable {
    struct Horizons: Sendable, Hashable {
        /// Seconds.
        var short: Double
        /// Seconds.
        var long: Double
        /// Standard deviations.
        var surprise: Double
    }

    let horizons: Horizons

    func estimate(_ history: TotalsHistory) -> Double {
        let long = history.arrivals(within: horizons.long)
        guard long.seconds > 0 else { return 0 }
        let slow = Double(long.jobs) / long.seconds
        let short = history.arrivals(within: horizons.short)
        // Too young to have two horizons.
        guard short.seconds > 0, long.seconds > short.seconds else {
            return slow
        }
        let expected = slow * short.seconds
        let deviation = (expected + 1).squareRoot()
        let fast = Double(short.jobs) / short.seconds
        if Double(short.jobs) < expected - horizons.surprise * deviation { return fast }
        guard Double(short.jobs) > expected + horizons.surprise * deviation else { return slow }
        return max(slow, sustained(history))
    }

    /// The least rate of the three thirds of the short horizon.
    private func sustained(_ history: TotalsHistory) -> Double {
        let third = horizons.short / 3
        let counts = (1...3).map { history.arrivals(within: Double($0) * third).jobs }
        return Double(min(counts[0], counts[1] - counts[0], counts[2] - counts[1])) / third
    }
}
