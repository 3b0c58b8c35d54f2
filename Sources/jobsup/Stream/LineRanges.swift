/// Which lines of a stream have become jobs, in ascending ranges.
struct LineRanges: Equatable, CustomStringConvertible {
    private(set) var ranges: [ClosedRange<Int>] = []

    /// `lines` begins behind all that are there. `follows` says that only blank lines lie in between.
    mutating func add(_ lines: ClosedRange<Int>, follows: Bool) {
        if follows, let last = ranges.last {
            ranges[ranges.count - 1] = last.lowerBound...lines.upperBound
        } else {
            ranges.append(lines)
        }
    }

    /// `1-500, 1001-1500`
    var description: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
    }
}
