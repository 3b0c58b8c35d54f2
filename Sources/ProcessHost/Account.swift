import Glibc

/// The user and groups that a program runs as, looked up before it is started: the launcher is static and cannot ask.
struct Account: Equatable {
    var user: uid_t?
    var group: gid_t?
    var groups: [gid_t] = []
    /// What a login would have set; empty when the user is that of the daemon or has no entry.
    var environment: [String: String] = [:]

    /// `nil` for a part that needs no change.
    init(user: String?, group: String?) throws(SpawnError) {
        if let group { self.group = try Self.groupID(of: group) }
        if let user {
            let entry = try Self.entry(of: user)
            self.user = entry.user
            guard let group = self.group ?? entry.group else { throw .unknownGroup("of the user number \(user)") }
            self.group = group
            groups = entry.name.map { Self.groups(of: $0, including: group) } ?? [group]
            environment = entry.environment
        } else if let group = self.group {
            groups = [group]
        }
        // Without the right to change users, asking for what we are already is no change.
        if geteuid() != 0, self.user ?? geteuid() == geteuid(), self.group ?? getegid() == getegid() {
            self.user = nil
            self.group = nil
        }
    }

    private struct Entry {
        var user: uid_t
        var group: gid_t?
        var name: String?
        var environment: [String: String] = [:]

        init(user: uid_t) {
            self.user = user
        }

        init(_ entry: passwd) {
            user = entry.pw_uid
            group = entry.pw_gid
            let name = String(cString: entry.pw_name)
            self.name = name
            environment = [
                "HOME": String(cString: entry.pw_dir), "USER": name, "LOGNAME": name,
                "SHELL": String(cString: entry.pw_shell),
            ]
        }
    }

    private static func entry(of user: String) throws(SpawnError) -> Entry {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        let number = uid_t(user)
        let code =
            if let number { getpwuid_r(number, &entry, &buffer, buffer.count, &found) } else {
                getpwnam_r(user, &entry, &buffer, buffer.count, &found)
            }
        if found != nil { return Entry(entry) }
        if let number, code == 0 { return Entry(user: number) }
        throw .unknownUser(user)
    }

    private static func groupID(of group: String) throws(SpawnError) -> gid_t {
        if let number = gid_t(group) { return number }
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 65536)
        guard getgrnam_r(group, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            throw .unknownGroup(group)
        }
        return entry.gr_gid
    }

    private static func groups(of name: String, including group: gid_t) -> [gid_t] {
        var count: Int32 = 64
        var list = [gid_t](repeating: 0, count: Int(count))
        if getgrouplist(name, group, &list, &count) < 0 {
            list = [gid_t](repeating: 0, count: Int(count))
            guard getgrouplist(name, group, &list, &count) >= 0 else { return [group] }
        }
        return Array(list.prefix(Int(count)))
    }
}
