import CLinux
import Glibc
import Logging

/// Takes over the control group that this process was given to order as it likes.
///
/// A group is ours only when the service manager has marked it so (`Delegate=yes` sets an extended attribute), and when nobody else
/// is in it: a login session's group has no mark, and that of a container has one but may hold strangers, who would be pushed around.
/// The kernel allows no processes in a group that shares out controllers to groups below, so this process moves to a leaf.
struct Delegation {
    /// Why there is none, in a sentence.
    struct Refusal: Error {
        let reason: String
    }

    static let leafName = "daemon"
    private static let wanted = ["cpu", "memory", "pids", "io"]
    /// How long a killed process of an earlier daemon may take to go, three times.
    private static let patienceMilliseconds: Int32 = 1000

    let base: GroupFolder
    let leaf: GroupFolder
    let logger: Logger

    init(logger: Logger) throws(Refusal) {
        let own = try Self.ownFolder()
        let name = own.path.split(separator: "/").last.map(String.init) ?? ""
        let parent = GroupFolder(path: String(own.path.dropLast(name.count + 1)))
        // Put there by the service manager (DelegateSubgroup=), or by this very program, which was executed again.
        if name == Self.leafName, Self.isMarked(parent) {
            base = parent
        } else if Self.isMarked(own) {
            base = own
        } else {
            throw Refusal(
                reason: "the control group \(own.path) is not delegated to the daemon (set Delegate=yes in its unit)")
        }
        leaf = GroupFolder(path: "\(base.path)/\(Self.leafName)")
        self.logger = logger
    }

    /// Returns the controllers that groups below can have.
    func take() throws(Refusal) -> Set<String> {
        try check()
        for child in base.children where child != leaf { end(child) }
        endLeftoversInLeaf()
        do throws(SystemCallFailure) {
            if !leaf.has("cgroup.procs") { try leaf.make() }
            // This process first; what it has started meanwhile follows.
            for processID in [getpid()] + base.ownProcesses.filter({ $0 != getpid() }) {
                try leaf.write("\(processID)", to: "cgroup.procs")
            }
        } catch {
            throw Refusal(reason: "the control group \(leaf.path) cannot be used: \(error)")
        }
        return enableControllers()
    }

    private static func ownFolder() throws(Refusal) -> GroupFolder {
        guard let text = ProcFile.read("/proc/self/cgroup"), let path = ControlGroupPath.unified(in: text),
            let mounts = ProcFile.read("/proc/self/mountinfo"),
            let folder = ControlGroupPath.folder(of: path, mounts: mounts)
        else { throw Refusal(reason: "the system has no unified control group hierarchy (cgroup v2)") }
        return GroupFolder(path: folder)
    }

    /// The second can be read by root alone; older service managers set no other.
    private static func isMarked(_ folder: GroupFolder) -> Bool {
        let names = ["user.delegate", "trusted.delegate"]
        return names.contains { name in clinux_attribute_is(folder.path, name, "1") == 1 }
    }

    private func check() throws(Refusal) {
        for file in ["", "/cgroup.procs", "/cgroup.subtree_control"] where access(base.path + file, W_OK) != 0 {
            let reason = SystemCallFailure.text(of: errno)
            throw Refusal(reason: "the control group \(base.path) is delegated, but \(base.path)\(file): \(reason)")
        }
        if let stranger = base.ownProcesses.first(where: { !Self.isOurs($0) }) {
            let name = ProcFile.read("/proc/\(stranger)/comm")?.dropLast() ?? "?"
            throw Refusal(
                reason: "the control group \(base.path) is shared with the process \(stranger) (\(name))")
        }
    }

    /// This process, or one that descends from it.
    private static func isOurs(_ processID: Int32) -> Bool {
        var next = processID
        // A chain that changes while it is followed could lead in a circle.
        for _ in 0..<1000 where next > 1 {
            if next == getpid() { return true }
            guard let text = ProcFile.read("/proc/\(next)/stat"), let end = text.lastIndex(of: ")") else {
                return false
            }
            next = text[end...].split(separator: " ").dropFirst(2).first.flatMap { Int32($0) } ?? 0
        }
        return next == getpid()
    }

    /// An earlier daemon was killed, and could not see its processes to their end.
    private func end(_ folder: GroupFolder) {
        if folder.isPopulated {
            let pids = folder.allProcesses.map(String.init).joined(separator: " ")
            logger.notice(
                "ending what an earlier daemon left behind", metadata: ["group": "\(folder.path)", "pids": "\(pids)"])
        }
        for _ in 0..<3 {
            folder.kill()
            waitForChange(of: folder)
            if folder.remove() { return }
        }
        logger.warning("cannot remove a control group of an earlier daemon", metadata: ["group": "\(folder.path)"])
    }

    private func endLeftoversInLeaf() {
        // Not by the group: this process may be in it.
        for processID in leaf.ownProcesses where !Self.isOurs(processID) { Glibc.kill(processID, SIGKILL) }
        for child in leaf.children { end(child) }
    }

    /// Returns at once when nothing lives in the group.
    private func waitForChange(of folder: GroupFolder) {
        let raw = open("\(folder.path)/cgroup.events", O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return }
        let events = Descriptor(owning: raw)
        // Read through the descriptor that is polled: for one that was never read there is always news.
        var text = [UInt8](repeating: 0, count: 256)
        let count = read(events.rawValue, &text, text.count)
        let isPopulated = CountersFile.value(
            of: "populated", in: String(decoding: text.prefix(max(0, count)), as: UTF8.self))
        guard isPopulated == 1 else { return }
        var poller = pollfd(fd: events.rawValue, events: Int16(POLLPRI), revents: 0)
        _ = poll(&poller, 1, Self.patienceMilliseconds)
    }

    private func enableControllers() -> Set<String> {
        for controller in Self.wanted { try? base.write("+\(controller)", to: "cgroup.subtree_control") }
        let enabled = (base.read("cgroup.subtree_control") ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
        return Set(enabled).intersection(Self.wanted)
    }
}
