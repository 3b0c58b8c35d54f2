extension Double {
    /// Reads a finite decimal number (`1`, `-0.5`, `1e3`); not the other forms that Swift knows: `0x10`, `nan`, `inf`.
    package init?(decimal text: some StringProtocol) {
        let isDecimal = text.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
        guard isDecimal, let number = Double(text), number.isFinite else { return nil }
        self = number
    }
}
