import JobModel

/// Sizes as people write them.
enum ByteCount {
    private static let units: [(String, Double)] = [
        ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("KB", 1000), ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
    ]

    static func parse(_ text: String) -> Int? {
        let unit = units.first { text.hasSuffix($0.0) }
        let digits = text.dropLast(unit?.0.count ?? 0)
        guard let first = digits.utf8.first, (48...57).contains(first), let number = Double(decimal: digits)
        else { return nil }
        return Int(exactly: (number * (unit?.1 ?? 1)).rounded())
    }

    /// Exact, in the largest binary unit that it is a multiple of.
    static func text(_ bytes: Int) -> String {
        for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes > 0 && bytes % size == 0 {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)B"
    }
}
