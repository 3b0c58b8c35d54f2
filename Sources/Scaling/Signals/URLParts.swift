/// A URL taken apart, as text: `scheme://user:password@hosts/path?name=value`.
///
/// Not Foundation's: it knows no list of hosts, as PostgreSQL has them, and must not guess where a password ends.
struct URLParts: Sendable, Hashable {
    struct Parameter: Sendable, Hashable {
        var name: String
        /// As it stands there.
        var rawValue: String

        var value: String? { URLParts.decoded(rawValue) }
    }

    let scheme: String
    /// As they stand there.
    let user: String?
    let rawPassword: String?
    /// `host`, `host:port`, or more of them with commas.
    let hosts: String
    /// With its slash; empty for none.
    let path: String
    let query: [Parameter]

    /// Without its percent signs.
    var password: String? { rawPassword.flatMap(Self.decoded) }

    /// `nil` for what is no such URL, or could be read in two ways: an `@` that is not the one behind the password is to be
    /// written as `%40`, a `/`, `?` or `#` in a password likewise.
    init?(_ text: String) {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
        guard isPlain, let colon = text.range(of: "://") else { return nil }
        scheme = text[..<colon.lowerBound].lowercased()
        guard !scheme.isEmpty, scheme.utf8.allSatisfy({ (97...122).contains($0) }) else { return nil }
        let rest = text[colon.upperBound...]
        guard !rest.contains("#"), rest.count(where: { $0 == "@" }) <= 1 else { return nil }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        if let at = authority.firstIndex(of: "@") {
            let account = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = account[0].isEmpty ? nil : String(account[0])
            rawPassword = account.count == 2 ? String(account[1]) : nil
            hosts = String(authority[authority.index(after: at)...])
        } else {
            // An @ further behind would be that of a password with a slash in it.
            guard !rest.contains("@") else { return nil }
            user = nil
            rawPassword = nil
            hosts = String(authority)
        }
        let tail = rest[end...]
        let question = tail.firstIndex(of: "?") ?? tail.endIndex
        path = String(tail[..<question])
        query = tail[question...].dropFirst().split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return Parameter(name: String(halves[0]), rawValue: halves.count == 2 ? String(halves[1]) : "")
        }
        let texts = [user, rawPassword].compactMap(\.self) + [hosts, path] + query.map(\.rawValue)
        guard texts.allSatisfy({ Self.decoded($0) != nil }) else { return nil }
        guard Self.hostsAreRight(hosts) else { return nil }
    }

    /// Ports are numbers: `user:secret` without an @ is not taken for a host.
    private static func hostsAreRight(_ hosts: String) -> Bool {
        hosts.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { host in
            let port =
                host.hasPrefix("[")
                ? host.firstIndex(of: "]").map { host[host.index(after: $0)...] } ?? "x"
                : host.firstIndex(of: ":").map { host[$0...] } ?? ""
            return port.isEmpty || port.first == ":" && (UInt16(port.dropFirst()).map { $0 > 0 } ?? false)
        }
    }

    static func isSecret(_ name: String) -> Bool { name.lowercased().contains("pass") }

    /// Without percent signs; `nil` when they are wrong, or hide a NUL.
    static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let digits = String(rest.prefix(2)), digits.allSatisfy(\.isHexDigit),
                let value = UInt8(digits, radix: 16), value != 0
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
