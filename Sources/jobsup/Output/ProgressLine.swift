import JobModel

/// How far a long work has come, as one line of a terminal.
struct ProgressLine: Equatable {
    var label: String
    /// What is counted so far.
    var done: Int
    /// The share of the work that is done, 0 to 1; `nil` when nobody knows the end.
    var fraction: Double?
    var elapsed: Duration

    static let barWidth = 30

    /// Counted in each second since the start.
    var perSecond: Double {
        elapsed > .zero ? Double(done) / elapsed.inSeconds : 0
    }

    /// What is left when the rest takes as long as what is done did.
    var left: Duration? {
        guard let fraction, fraction > 0 else { return nil }
        return .milliseconds(Int64(elapsed.inSeconds * 1000 * (1 - min(1, fraction)) / fraction))
    }

    /// At most `columns` wide: a longer line would wrap, and could not be written over.
    func text(columns: Int) -> String {
        var parts = [label]
        if let fraction {
            let share = min(1, max(0, fraction))
            let filled = Int(Double(Self.barWidth) * share)
            parts.append(
                String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled))
            parts.append("\(Int(share * 100)) %")
        }
        parts.append(Shown.count(done))
        if perSecond > 0 { parts.append(Shown.rate(perSecond)) }
        if let left, left > .zero { parts.append("\(Shown.seconds(left.inSeconds)) left") }
        return String(parts.joined(separator: "  ").prefix(max(1, columns - 1)))
    }
}
