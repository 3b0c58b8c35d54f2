import Foundation

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, on every machine.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// At least 0, less than 1. By hand, since the standard library may draw differently in its next version.
    package mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    package mutating func exponential(mean: Double) -> Double {
        -mean * log(1 - unit())
    }

    /// Box and Muller, 1958; the second number is thrown away.
    package mutating func normal() -> Double {
        (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit())
    }

    package mutating func index(below count: Int) -> Int {
        Int(unit() * Double(count))
    }
}
