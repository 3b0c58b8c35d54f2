/// Where a PostgreSQL listens, so that everybody may see it, and its password apart.
package struct PostgresAddress: Sendable, Hashable {
    package static let form = "postgresql://[user[:password]@]host[:port][/database]"

    /// Without a password: it may stand on a command line.
    package let url: String
    package let password: String?

    /// `nil` when the text is not of this form.
    package init?(_ text: String) {
        guard let parts = URLParts(text), ["postgresql", "postgres"].contains(parts.scheme) else { return nil }
        let open = parts.query.filter { !URLParts.isSecret($0.name) }
        let secret = parts.query.filter { URLParts.isSecret($0.name) }
        // Others, as that of a key file, have no place but the command line.
        guard secret.allSatisfy({ ["password", "passfile"].contains($0.name) }) else { return nil }
        let files = secret.filter { $0.name == "passfile" }
        let query = (open + files).map { "\($0.name)=\($0.rawValue)" }.joined(separator: "&")
        url =
            "\(parts.scheme)://\(parts.user.map { "\($0)@" } ?? "")\(parts.hosts)\(parts.path)"
            + (query.isEmpty ? "" : "?\(query)")
        password = parts.password ?? secret.first { $0.name == "password" }?.value
    }
}
