/// A time, cut into as many parts as a picture has columns.
struct Columns {
    var seconds: Double
    var count: Int

    /// How many of the moments are in each part, by the second.
    func rate(_ moments: [Double]) -> [Double] {
        var counts = Array(repeating: 0.0, count: count)
        for moment in moments { counts[index(moment)] += 1 }
        return counts.map { $0 * Double(count) / seconds }
    }

    /// The largest value of each part, so that no peak is lost; a part without any has that of the one before.
    func largest(_ values: [(seconds: Double, value: Double)]) -> [Double] {
        var found = Array(repeating: -Double.infinity, count: count)
        for (second, value) in values where second <= seconds {
            found[index(second)] = max(found[index(second)], value)
        }
        var last = 0.0
        return found.map { value in
            if value.isFinite { last = value }
            return last
        }
    }

    private func index(_ second: Double) -> Int {
        max(0, min(count - 1, Int(second / seconds * Double(count))))
    }
}
