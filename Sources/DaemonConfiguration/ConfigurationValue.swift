import Yams

/// Where a setting comes from.
package enum Origin: Hashable, Sendable, CustomStringConvertible {
    case builtIn
    case file(path: String, line: Int, column: Int)
    case environment(String)
    case flag(String)

    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .environment(let name): "environment \(name)"
        case .flag(let name): "flag \(name)"
        }
    }
}

/// A value as it was written, from whatever source, with where it stands.
indirect enum ConfigurationValue {
    case scalar(String, Origin)
    case list([ConfigurationValue], Origin)
    case mapping([(key: String, keyOrigin: Origin, value: ConfigurationValue)], Origin)

    var origin: Origin {
        switch self {
        case .scalar(_, let origin), .list(_, let origin), .mapping(_, let origin): origin
        }
    }

    init(_ node: Node, file: String) {
        let origin = Self.origin(of: node, file: file)
        switch node {
        case .scalar(let scalar): self = .scalar(scalar.string, origin)
        case .sequence(let sequence):
            self = .list(sequence.map { ConfigurationValue($0, file: file) }, origin)
        case .mapping(let mapping):
            let members = mapping.map { key, value in
                (
                    key: key.string ?? "?", keyOrigin: Self.origin(of: key, file: file),
                    value: ConfigurationValue(value, file: file)
                )
            }
            self = .mapping(members, origin)
        case .alias: self = .scalar("", origin)
        }
    }

    private static func origin(of node: Node, file: String) -> Origin {
        .file(path: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// What `other` says is laid over this, key by key.
    func merging(_ other: ConfigurationValue) -> ConfigurationValue {
        guard case .mapping(var members, let origin) = self, case .mapping(let later, _) = other else { return other }
        for member in later {
            if let index = members.firstIndex(where: { $0.key == member.key }) {
                members[index] = (member.key, member.keyOrigin, members[index].value.merging(member.value))
            } else {
                members.append(member)
            }
        }
        return .mapping(members, origin)
    }

    /// A tree that says only this one thing.
    static func at(_ path: [String], _ text: String, from origin: Origin) -> ConfigurationValue {
        path.reversed().reduce(.scalar(text, origin)) { inner, key in
            .mapping([(key: key, keyOrigin: origin, value: inner)], origin)
        }
    }
}
