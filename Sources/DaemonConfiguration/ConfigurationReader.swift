import JobModel

/// What was read of a configuration: the problems, and each setting with where its value comes from.
final class ConfigurationFindings {
    var problems: [ConfigurationProblem] = []
    var warnings: [ConfigurationProblem] = []
    var settings: [ConfigurationSetting] = []

    func complain(_ origin: Origin, _ key: String, _ message: String) {
        problems.append(ConfigurationProblem(origin: origin, key: key, message: message))
    }
}

/// A setting with its effective value and where that comes from.
package struct ConfigurationSetting: Sendable, Encodable {
    package let key: String
    package let value: String
    package let origin: String
}

/// Reads the keys of one mapping, and in the end complains of those that nobody asked for.
struct ConfigurationReader {
    let path: [String]
    let origin: Origin
    private let members: [(key: String, keyOrigin: Origin, value: ConfigurationValue)]
    private let findings: ConfigurationFindings
    private var known: [String] = []

    init(_ value: ConfigurationValue?, path: [String], findings: ConfigurationFindings) {
        self.path = path
        self.findings = findings
        origin = value?.origin ?? .builtIn
        switch value {
        case .mapping(let members, _): self.members = members
        case nil, .scalar("", _)?: members = []
        case .scalar?, .list?:
            members = []
            findings.complain(origin, path.joined(separator: "."), "must be a mapping of keys to values")
        }
    }

    var keys: [String] { members.map(\.key) }
    func has(_ key: String) -> Bool { members.contains { $0.key == key } }

    private func name(_ key: String) -> String { (path + [key]).joined(separator: ".") }

    mutating func value(_ key: String) -> ConfigurationValue? {
        known.append(key)
        return members.first { $0.key == key }?.value
    }

    func complain(_ key: String, _ message: String) {
        let place = members.first { $0.key == key }?.value.origin ?? origin
        findings.complain(place, name(key), message)
    }

    func warn(_ key: String, _ message: String) {
        let place = members.first { $0.key == key }?.value.origin ?? origin
        findings.warnings.append(ConfigurationProblem(origin: place, key: name(key), message: message))
    }

    /// Reads a scalar by `parse`; what it answers `nil` to is wrong, and `expected` says what would be right.
    mutating func scalar<Value>(
        _ key: String, default fallback: Value, shown: String, expected: String, parse: (String) -> Value?
    ) -> Value {
        guard let value = value(key) else {
            findings.settings.append(ConfigurationSetting(key: name(key), value: shown, origin: "default"))
            return fallback
        }
        guard case .scalar(let text, let origin) = value, let parsed = parse(text) else {
            var found = "a list or mapping"
            if case .scalar(let text, _) = value { found = text.isEmpty ? "nothing" : "'\(text)'" }
            findings.complain(value.origin, name(key), "\(found) is not \(expected)")
            return fallback
        }
        findings.settings.append(ConfigurationSetting(key: name(key), value: text, origin: origin.description))
        return parsed
    }

    mutating func text(_ key: String, default fallback: String) -> String {
        scalar(key, default: fallback, shown: fallback, expected: "a text") { $0.isEmpty ? nil : $0 }
    }

    mutating func optionalText(_ key: String) -> String? {
        guard has(key) else {
            known.append(key)
            return nil
        }
        return text(key, default: "")
    }

    /// An absolute path.
    mutating func directory(_ key: String, default fallback: String) -> String {
        scalar(key, default: fallback, shown: fallback, expected: "an absolute path, which begins with /") {
            $0.hasPrefix("/") ? $0 : nil
        }
    }

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
        ) { text in Double(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    mutating func duration(_ key: String, default fallback: Duration, shown: String) -> Duration {
        scalar(
            key, default: fallback, shown: shown,
            expected: "a time: seconds, or a number with ms, s, m, h or d (30s, 5m)"
        ) { text in Duration(text: text).flatMap { $0 >= .zero ? $0 : nil } }
    }

    mutating func optionalDuration(_ key: String) -> Duration? {
        guard has(key) else {
            known.append(key)
            return nil
        }
        return duration(key, default: .zero, shown: "")
    }

    mutating func bytes(_ key: String, default fallback: Int, shown: String) -> Int {
        scalar(
            key, default: fallback, shown: shown,
            expected: "a size: bytes, or a number with KiB, MiB, GiB, KB, MB or GB"
        ) { ByteCount.parse($0) }
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

    /// A list of texts; `nil` when the key is missing or is no list, which is complained of with `otherwise`.
    mutating func list(_ key: String, otherwise: String) -> [String]? {
        guard let value = value(key) else { return nil }
        guard case .list(let elements, let origin) = value else {
            findings.complain(value.origin, name(key), otherwise)
            return nil
        }
        var texts: [String] = []
        for element in elements {
            guard case .scalar(let text, _) = element else {
                findings.complain(element.origin, name(key), "every element must be a text")
                continue
            }
            texts.append(text)
        }
        let shown = "[\(texts.joined(separator: ", "))]"
        findings.settings.append(ConfigurationSetting(key: name(key), value: shown, origin: origin.description))
        return texts
    }

    mutating func section(_ key: String) -> ConfigurationReader {
        ConfigurationReader(value(key), path: path + [key], findings: findings)
    }

    /// Complains of every key that was not asked for.
    func finish() {
        for member in members where !known.contains(member.key) {
            let near = Suggestion.nearest(to: member.key, in: known)
            let hint = near.map { "did you mean '\($0)'?" } ?? "known keys: \(known.sorted().joined(separator: ", "))"
            findings.complain(member.keyOrigin, name(member.key), "unknown key; \(hint)")
        }
    }
}
