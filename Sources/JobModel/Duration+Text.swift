extension Duration {
    /// Reads seconds (`1.5`) or a number with a unit: `250ms`, `10s`, `5m`, `1h`, `2d`.
    package init?(text: some StringProtocol) {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]
        let unit = units.first { text.hasSuffix($0.0) }
        let digits = text.dropLast(unit?.0.count ?? 0)
        guard let first = digits.utf8.first, first == UInt8(ascii: "-") || (48...57).contains(first),
            let number = Double(decimal: digits)
        else { return nil }
        let milliseconds = number * (unit?.1 ?? 1) * 1000
        guard abs(milliseconds) < 1e15 else { return nil }
        self = .milliseconds(Int64(milliseconds.rounded()))
    }
}
