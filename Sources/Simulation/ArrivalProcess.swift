import Foundation

/// When jobs come.
package enum ArrivalProcess {
    /// Poisson arrivals with a rate that changes with time, by thinning (Lewis and Shedler, 1979). `rate` gives the jobs
    /// per second at a second of the trace, and is never above `limit`.
    package static func poisson(
        seconds: Double, limit: Double, _ random: inout SeededGenerator, rate: (Double) -> Double
    ) -> [Double] {
        var times: [Double] = []
        var time = 0.0
        while true {
            time += random.exponential(mean: 1 / limit)
            guard time < seconds else { return times }
            if random.unit() * limit < rate(time) { times.append(time) }
        }
    }

    /// All within a short while.
    package static func batch(
        at start: Double, jobs: Int, within seconds: Double, _ random: inout SeededGenerator
    ) -> [Double] {
        (0..<jobs).map { _ in start + seconds * random.unit() }
    }
}
