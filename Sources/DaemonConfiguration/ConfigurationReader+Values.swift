import JobModel

extension ConfigurationReader {
    mutating func text(_ key: String, default fallback: String) -> String {
        scalar(key, default: fallback, shown: fallback, expected: "a text") { $0.isEmpty ? nil : $0 }
    }

    mutating func optionalText(_ key: String) -> String? {
        scalar(key, default: String?.none, shown: "", expected: "a text") { $0.isEmpty ? nil : .some($0) }
    }

    /// What pools, queues and job types are called.
    mutating func name(_ key: String, default fallback: String) -> String {
        scalar(key, default: fallback, shown: fallback, expected: "a name: use \(Configuration.nameRule)") {
            Configuration.isName($0) ? $0 : nil
        }
    }

    /// An absolute path.
    mutating func directory(_ key: String, default fallback: String) -> String {
        scalar(key, default: fallback, shown: fallback, expected: Self.path, parse: Self.absolute)
    }

    mutating func optionalDirectory(_ key: String) -> String? {
        scalar(key, default: String?.none, shown: "", expected: Self.path) { Self.absolute($0).map { .some($0) } }
    }

    private static let path = "an absolute path, which begins with /"
    private static func absolute(_ text: String) -> String? { text.hasPrefix("/") ? text : nil }

    mutating func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        scalar(
            key, default: fallback, shown: String(fallback),
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    mutating func number(_ key: String, default fallback: Double, in range: ClosedRange<Double>) -> Double {
        scalar(
            key, default: fallback, shown: "\(fallback)",
            expected: "a number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Double(decimal: text).flatMap { range.contains($0) ? $0 : nil } }
    }

    mutating func duration(
        _ key: String, default fallback: Duration, in range: ClosedRange<Duration> = Configuration.anyTime
    ) -> Duration {
        scalar(key, default: fallback, shown: fallback.written, expected: Self.time(range)) {
            Self.duration($0, in: range)
        }
    }

    mutating func optionalDuration(_ key: String) -> Duration? {
        let range = Configuration.anyTime
        return scalar(key, default: Duration?.none, shown: "", expected: Self.time(range)) {
            Self.duration($0, in: range).map { .some($0) }
        }
    }

    /// A list of times; `nil` when something is wrong with it.
    mutating func durations(_ key: String) -> [Duration]? {
        guard let texts = list(key, otherwise: "must be a list of times: [10s, 1m, 5m]") else { return nil }
        if texts.isEmpty { complain(key, "is empty: name at least one time, [10s]") }
        var times: [Duration] = []
        for text in texts {
            if let time = Self.duration(text, in: Configuration.anyTime) {
                times.append(time)
            } else {
                complain(key, "'\(text)' is not \(Self.time(Configuration.anyTime))")
            }
        }
        return times.isEmpty || times.count < texts.count ? nil : times
    }

    private static func time(_ range: ClosedRange<Duration>) -> String {
        "a time from \(range.lowerBound.written) to \(range.upperBound.written): "
            + "seconds, or a number with ms, s, m, h or d (30s, 5m)"
    }

    static func duration(_ text: String, in range: ClosedRange<Duration>) -> Duration? {
        guard let time = Duration(text: text), range.contains(time) else { return nil }
        // Less than a millisecond is not nothing: for a timeout, that would mean none.
        let isZero = !text.utf8.contains { (49...57).contains($0) }
        return time == .zero && !isZero ? nil : time
    }

    mutating func bytes(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        scalar(
            key, default: fallback, shown: ByteCount.text(fallback),
            expected: "a size from \(ByteCount.text(range.lowerBound)) to \(ByteCount.text(range.upperBound)): "
                + "bytes, or a number with KiB, MiB, GiB, KB, MB or GB"
        ) { text in ByteCount.parse(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: Choice
    ) -> Choice where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        let near = value(key).flatMap { value -> String? in
            guard case .scalar(let text, _) = value else { return nil }
            return Suggestion.nearest(to: text, in: names)
        }
        let hint = near.map { "; did you mean '\($0)'?" } ?? ""
        return scalar(
            key, default: fallback, shown: fallback.rawValue, expected: "one of \(names.joined(separator: ", "))\(hint)"
        ) { Choice(rawValue: $0) }
    }
}
