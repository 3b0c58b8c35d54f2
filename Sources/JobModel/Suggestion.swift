/// Finds what somebody may have meant by a name that is not known.
package enum Suggestion {
    /// The known name that is nearest to `name`, when it is near enough to be meant.
    package static func nearest(to name: String, in known: some Sequence<String>) -> String? {
        let ranked = known.map { (distance: distance(from: $0, to: name), name: $0) }
        guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return best.distance <= max(1, min(3, name.count / 2)) ? best.name : nil
    }

    /// The least number of inserted, removed and changed characters that make one text of the other (Levenshtein).
    static func distance(from first: String, to second: String) -> Int {
        let target = Array(second.unicodeScalars.prefix(64))
        var row = Array(0...target.count)
        for (line, scalar) in first.unicodeScalars.prefix(64).enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, candidate) in target.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(diagonal + (scalar == candidate ? 0 : 1), above + 1, row[column] + 1)
                diagonal = above
            }
        }
        return row[target.count]
    }
}
