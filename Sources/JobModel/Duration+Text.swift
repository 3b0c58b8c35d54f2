extension Duration {
    /// Reads seconds (`1.5`) or a number with a unit: `250ms`, `10s`, `5m`, `1h`, `2d`.
    ///
    /// A time that is too short for milliseconds is no time: as 0 it would mean something else, mostly no limit at all.
    package init?(text: some StringProtocol) {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]
        let unit = units.first { text.hasSuffix($0.0) }
        let digits = text.dropLast(unit?.0.count ?? 0)
        guard let first = digits.utf8.first, first == UInt8(ascii: "-") || (48...57).contains(first),
            let number = Double(decimal: digits)
        else { return nil }
        let milliseconds = number * (unit?.1 ?? 1) * 1000
        let rounded = milliseconds.rounded()
        guard abs(rounded) < 1e15, rounded != 0 || number == 0 else { return nil }
        self = .milliseconds(Int64(rounded))
    }
}
