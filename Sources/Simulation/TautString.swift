/// The shortest line between two rising curves, from the start of both to their common end: among all lines between
/// them it has the least sum of any convex function of its slopes (Salehi, Zhang, Kurose and Towsley, "Supporting stored
/// video: reducing rate variability", 1998; the taut string of Barlow, Bartholomew, Bremner and Brunk, 1972).
package enum TautString {
    /// Both curves at equal steps, `lower[i] ≤ upper[i]`, with one value at the first point and one at the last.
    ///
    /// - Returns: The line's slope in each step.
    package static func slopes(lower: [Double], upper: [Double]) -> [Double] {
        precondition(lower.count == upper.count, "two curves of one length")
        let last = lower.count - 1
        guard last > 0 else { return [] }
        var slopes: [Double] = []
        slopes.reserveCapacity(last)
        var point = 0
        var value = lower[0]
        while point < last {
            let (end, slope) = nextKnot(from: point, value, lower: lower, upper: upper)
            slopes.append(contentsOf: repeatElement(slope, count: end - point))
            value += slope * Double(end - point)
            point = end
        }
        return slopes
    }

    /// How far a straight line goes from a point, and how steep: until the cone of lines between the curves closes.
    private static func nextKnot(
        from point: Int, _ value: Double, lower: [Double], upper: [Double]
    ) -> (end: Int, slope: Double) {
        var least = -Double.infinity
        var most = Double.infinity
        var leastEnd = point + 1
        var mostEnd = point + 1
        for end in (point + 1)..<lower.count {
            let distance = Double(end - point)
            let toLower = (lower[end] - value) / distance
            let toUpper = (upper[end] - value) / distance
            // The cone has closed: the line bends at the curve that closed it.
            if toLower > most { return (mostEnd, most) }
            if toUpper < least { return (leastEnd, least) }
            if toLower >= least { (least, leastEnd) = (toLower, end) }
            if toUpper <= most { (most, mostEnd) = (toUpper, end) }
        }
        // To the common end, or the last touch before it.
        let toEnd = (lower[lower.count - 1] - value) / Double(lower.count - 1 - point)
        if toEnd < least { return (leastEnd, least) }
        if toEnd > most { return (mostEnd, most) }
        return (lower.count - 1, toEnd)
    }
}
