import JobModel

/// Reads the keys of one mapping, and in the end complains of those that nobody asked for.
struct ConfigurationReader {
    let path: [String]
    let origin: Origin
    private let members: [ConfigurationValue.Member]
    private let findings: ConfigurationFindings
    /// The section that has the values of keys that are missing here.
    private let fallback: String?
    private var known: [String] = []

    init(_ value: ConfigurationValue?, path: [String], findings: ConfigurationFindings, fallback: String? = nil) {
        self.path = path
        self.findings = findings
        self.fallback = fallback
        origin = value?.origin ?? .builtIn
        members = value?.members ?? []
        switch value {
        case nil, .mapping?, .scalar("", _)?: break
        case .scalar?, .list?:
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

    mutating func section(_ key: String, fallback: String? = nil) -> ConfigurationReader {
        ConfigurationReader(value(key), path: path + [key], findings: findings, fallback: fallback)
    }

    // MARK: Findings

    /// Of what stands behind `key`, or of this section when nothing does.
    func complain(_ key: String, _ message: String) {
        findings.complain(members.first { $0.key == key }?.value.origin ?? origin, name(key), message)
    }

    func complain(ofKey key: String, _ message: String) {
        findings.complain(members.first { $0.key == key }?.keyOrigin ?? origin, name(key), message)
    }

    func warn(ofKey key: String, _ message: String) {
        findings.warn(members.first { $0.key == key }?.keyOrigin ?? origin, name(key), message)
    }

    func note(_ key: String, _ value: String, from origin: Origin) {
        findings.settings.append(ConfigurationSetting(key: name(key), value: value, origin: origin.description))
    }

    func noteMissing(_ key: String, _ value: String) {
        let origin = fallback.map { "\($0).\(key)" } ?? Origin.builtIn.description
        findings.settings.append(ConfigurationSetting(key: name(key), value: value, origin: origin))
    }

    /// Complains of every key that was not asked for.
    func finish() {
        for member in members where !known.contains(member.key) {
            let near = Suggestion.nearest(to: member.key, in: known)
            let hint =
                near.map { "did you mean '\($0)'?" } ?? "known keys: \(Set(known).sorted().joined(separator: ", "))"
            findings.complain(member.keyOrigin, name(member.key), "unknown key; \(hint)")
        }
    }

    // MARK: Scalars

    /// Reads a scalar by `parse`; what it answers `nil` to is wrong, and `expected` says what would be right.
    mutating func scalar<Value>(
        _ key: String, default fallback: Value, shown: String, expected: String, parse: (String) -> Value?
    ) -> Value {
        guard let value = value(key) else {
            noteMissing(key, shown)
            return fallback
        }
        guard case .scalar(let text, let origin) = value else {
            complain(key, "a list or mapping is not \(expected)")
            return fallback
        }
        guard isWithoutNUL(text, key), let parsed = parse(text) else {
            if isWithoutNUL(text) { complain(key, (text.isEmpty ? "nothing" : "'\(text)'") + " is not \(expected)") }
            return fallback
        }
        note(key, text, from: origin)
        return parsed
    }

    /// A list of texts; `nil` when the key is missing or something is wrong with it, which is complained of:
    /// with `otherwise` when it is no list.
    mutating func list(_ key: String, otherwise: String) -> [String]? {
        guard let value = value(key) else { return nil }
        guard case .list(let elements, let origin) = value else {
            complain(key, otherwise)
            return nil
        }
        var texts: [String] = []
        for element in elements {
            guard case .scalar(let text, _) = element else {
                findings.complain(element.origin, name(key), "every element must be a text")
                continue
            }
            if isWithoutNUL(text, key) { texts.append(text) }
        }
        guard texts.count == elements.count else { return nil }
        note(key, "[\(texts.joined(separator: ", "))]", from: origin)
        return texts
    }

    private func isWithoutNUL(_ text: String) -> Bool { !text.utf8.contains(0) }

    /// The kernel would take the NUL for the text's end.
    private func isWithoutNUL(_ text: String, _ key: String) -> Bool {
        if isWithoutNUL(text) { return true }
        complain(key, "holds a NUL character")
        return false
    }
}
