import Foundation

/// How long jobs take.
package enum ServiceDistribution: Sendable, Hashable {
    case constant(Double)
    case exponential(mean: Double)
    /// By its mean and coefficient of variation (deviation ÷ mean).
    case logNormal(mean: Double, variation: Double)
    /// By the mean and deviation of its logarithm, cut off at a limit, as a platform's timeout does.
    case cutLogNormal(logMean: Double, logDeviation: Double, limit: Double)

    package func draw(_ random: inout SeededGenerator) -> Double {
        switch self {
        case .constant(let seconds): return seconds
        case .exponential(let mean): return random.exponential(mean: mean)
        case .logNormal(let mean, let variation):
            let variance = log(1 + variation * variation)
            return exp(log(mean) - variance / 2 + variance.squareRoot() * random.normal())
        case .cutLogNormal(let logMean, let logDeviation, let limit):
            return min(limit, exp(logMean + logDeviation * random.normal()))
        }
    }
}
