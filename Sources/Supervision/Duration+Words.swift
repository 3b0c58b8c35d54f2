extension Duration {
    /// For sentences: `3 h 42 min`, `1 min 30 s`, `45 s`, `1500 ms`. Nobody needs the seconds of hours.
    package var inWords: String {
        let seconds = components.seconds
        if seconds >= 3600 { return Self.words(seconds / 60, "h", "min") }
        if seconds >= 60 { return Self.words(seconds, "min", "s") }
        if seconds >= 10 || components.attoseconds == 0 { return "\(seconds) s" }
        return "\(seconds * 1000 + components.attoseconds / 1_000_000_000_000_000) ms"
    }

    private static func words(_ count: Int64, _ large: String, _ small: String) -> String {
        let rest = count % 60
        return "\(count / 60) \(large)" + (rest == 0 ? "" : " \(rest) \(small)")
    }
}
