/// A URL that may hold a password, or the name of the pool's variable that holds the URL. Its description shows neither the
/// password nor what is in the variable.
package enum SecretURL: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    case text(String)
    case variable(String)

    /// The URL; `nil` when it is to be in a variable that is not there.
    package func resolved(in environment: [String: String]) -> String? {
        switch self {
        case .text(let text): text
        case .variable(let name): environment[name]
        }
    }

    package var description: String {
        switch self {
        case .text(let text): Self.redacted(text)
        case .variable(let name): "$\(name)"
        }
    }

    package var debugDescription: String { description }

    /// The URL without what may be secret: scheme, host and path. A text that is no URL may be all secret.
    package static func redacted(_ text: String) -> String {
        guard let parts = URLParts(text) else { return "***" }
        let user =
            parts.user.map { parts.password == nil ? "\($0)@" : "\($0):***@" } ?? (parts.password == nil ? "" : ":***@")
        let query = parts.query.filter { !URLParts.isSecret($0.name) }.map { "\($0.name)=\($0.rawValue)" }
        return "\(parts.scheme)://\(user)\(parts.hosts)\(parts.path)"
            + (query.isEmpty ? "" : "?\(query.joined(separator: "&"))")
    }
}
