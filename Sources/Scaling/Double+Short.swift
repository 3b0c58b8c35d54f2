extension Double {
    /// Three digits are enough for people: `0.5`, `41`, `2.25`, `1200`.
    package var formattedShortly: String {
        guard isFinite, magnitude < 1e15 else { return "\(self)" }
        let places = magnitude >= 100 ? 1.0 : magnitude >= 10 ? 10.0 : 100.0
        let rounded = (self * places).rounded() / places
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
