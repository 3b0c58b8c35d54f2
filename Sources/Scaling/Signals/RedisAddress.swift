/// Where a Redis listens, and as whom to speak to it.
package struct RedisAddress: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
        case host(String, port: UInt16)
        /// The path of a socket.
        case unix(String)
    }

    package static let form = "redis://[user:password@]host[:port][/db] or unix:///path?db=0"

    package let place: Place
    package let user: String?
    package let password: String?
    package let database: Int

    /// `nil` when the text is not of this form.
    package init?(_ text: String) {
        guard let parts = URLParts(text) else { return nil }
        let given = Dictionary(parts.query.map { ($0.name, $0.value ?? "") }) { first, _ in first }
        guard Set(given.keys).isSubset(of: ["db", "password"]) else { return nil }
        var database = given["db"]
        switch parts.scheme {
        case "unix":
            guard parts.hosts.isEmpty, parts.path.count > 1, let path = URLParts.decoded(parts.path) else { return nil }
            place = .unix(path)
        case "redis":
            guard let place = Self.host(parts.hosts) else { return nil }
            self.place = place
            if parts.path.count > 1 {
                guard database == nil else { return nil }
                database = String(parts.path.dropFirst())
            }
        default: return nil
        }
        guard let number = database.map({ Int($0) }) ?? 0, number >= 0 else { return nil }
        self.database = number
        user = parts.user.flatMap(URLParts.decoded)
        password = parts.password ?? given["password"]
        // Redis knows no user without a password.
        guard user == nil || password != nil else { return nil }
    }

    private static func host(_ text: String) -> Place? {
        guard !text.isEmpty, !text.contains(",") else { return nil }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let name = text[text.index(after: text.startIndex)..<end]
            return .host(String(name), port: UInt16(text[end...].dropFirst(2)) ?? 6379)
        }
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard !halves[0].isEmpty, let name = URLParts.decoded(String(halves[0])) else { return nil }
        return .host(name, port: halves.count == 2 ? UInt16(halves[1]) ?? 6379 : 6379)
    }

    /// What to say first on a new connection.
    package var greeting: [[String]] {
        var commands: [[String]] = []
        if let password { commands.append(["AUTH"] + [user].compactMap(\.self) + [password]) }
        if database != 0 { commands.append(["SELECT", String(database)]) }
        return commands
    }
}
