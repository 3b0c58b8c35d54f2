/// A value as it was written, from whatever source, with where it stands.
indirect enum ConfigurationValue {
    typealias Member = (key: String, keyOrigin: Origin, value: ConfigurationValue)

    /// An empty text stands for nothing: `key:` without a value.
    case scalar(String, Origin)
    case list([ConfigurationValue], Origin)
    case mapping([Member], Origin)

    var origin: Origin {
        switch self {
        case .scalar(_, let origin), .list(_, let origin), .mapping(_, let origin): origin
        }
    }

    var isNothing: Bool {
        if case .scalar("", _) = self { true } else { false }
    }

    /// What `other` says is laid over this, key by key. A section whose keys are all commented out takes none away.
    func merging(_ other: ConfigurationValue) -> ConfigurationValue {
        guard case .mapping(var members, let origin) = self else { return other }
        if other.isNothing { return self }
        guard case .mapping(let later, _) = other else { return other }
        for member in later {
            if let index = members.firstIndex(where: { $0.key == member.key }) {
                members[index] = (member.key, member.keyOrigin, members[index].value.merging(member.value))
            } else {
                members.append(member)
            }
        }
        return .mapping(members, origin)
    }

    /// This with one setting laid over it. What is in the way and no mapping stays, so that it is complained of.
    func setting(_ path: ArraySlice<String>, to text: String, from origin: Origin) -> ConfigurationValue {
        guard let key = path.first else { return .scalar(text, origin) }
        guard isNothing || isMapping else { return self }
        var members = self.members
        let index = members.firstIndex { $0.key == key }
        let old = index.map { members[$0] } ?? (key: key, keyOrigin: origin, value: .scalar("", origin))
        let new = (
            key: key, keyOrigin: old.keyOrigin, value: old.value.setting(path.dropFirst(), to: text, from: origin)
        )
        if let index { members[index] = new } else { members.append(new) }
        return .mapping(members, self.origin)
    }

    /// None when this is no mapping.
    var members: [Member] {
        if case .mapping(let members, _) = self { members } else { [] }
    }

    private var isMapping: Bool {
        if case .mapping = self { true } else { false }
    }
}
