import Yams

/// Makes values of the nodes of one file. Aliases are followed, up to a limit: a few lines of them can stand for
/// more values than there is memory.
struct ConfigurationTree {
    private static let limit = 10_000
    private static let deepest = 32

    let file: String
    let findings: ConfigurationFindings
    private var count = 0
    /// Why the rest is not looked at.
    private var excess: ConfigurationProblem?

    init(file: String, findings: ConfigurationFindings) {
        self.file = file
        self.findings = findings
    }

    /// `nil` when there is too much; that is complained of.
    mutating func value(of root: Node) -> ConfigurationValue? {
        let value = value(root, depth: 1)
        guard let excess else { return value }
        findings.complain(excess.origin, excess.key, excess.message)
        return nil
    }

    /// What is said of a key that a mapping has twice, at the first of them.
    static func duplicate(_ key: String) -> String {
        "the key '\(key)' stands here and again further down"
    }

    private mutating func value(_ node: Node, depth: Int) -> ConfigurationValue {
        let origin = origin(of: node)
        count += 1
        if count > Self.limit {
            stop(origin, "is too much: \(Self.limit) values when aliases (*name) are followed, and more")
        } else if depth > Self.deepest {
            stop(origin, "is nested more than \(Self.deepest) deep")
        }
        guard excess == nil else { return .scalar("", origin) }
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["~", "null", "Null", "NULL"].contains(scalar.string)
            return .scalar(isNull ? "" : scalar.string, origin)
        case .sequence(let sequence): return .list(sequence.map { value($0, depth: depth + 1) }, origin)
        case .mapping(let mapping): return .mapping(members(of: mapping, depth: depth), origin)
        case .alias: return .scalar("", origin)
        }
    }

    private mutating func members(of mapping: Node.Mapping, depth: Int) -> [ConfigurationValue.Member] {
        var members: [ConfigurationValue.Member] = []
        for (key, value) in mapping {
            guard excess == nil else { break }
            guard let name = key.string else {
                findings.complain(origin(of: key), "", "a key must be a text, not a list or mapping")
                continue
            }
            // Yams tells 1 from "1"; for the configuration they are the same name.
            if let first = members.first(where: { $0.key == name }) {
                findings.complain(first.keyOrigin, "", Self.duplicate(name))
                continue
            }
            members.append((key: name, keyOrigin: origin(of: key), value: self.value(value, depth: depth + 1)))
        }
        return members
    }

    private mutating func stop(_ origin: Origin, _ why: String) {
        excess = excess ?? ConfigurationProblem(origin: origin, key: "", message: why)
    }

    private func origin(of node: Node) -> Origin {
        .file(path: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }
}
