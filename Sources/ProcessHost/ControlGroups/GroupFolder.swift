import CLinux
import Glibc

/// A folder of the control group file system, and what can be done to the group that it stands for.
struct GroupFolder: Hashable, Sendable {
    let path: String

    func read(_ file: String) -> String? {
        ProcFile.read("\(path)/\(file)")
    }

    func has(_ file: String) -> Bool {
        access("\(path)/\(file)", F_OK) == 0
    }

    func write(_ text: String, to file: String) throws(SystemCallFailure) {
        let file = try openForWriting(file)
        let count = text.utf8.count
        let written = text.withCString { Glibc.write(file.rawValue, $0, count) }
        try systemCall("write", written < 0 ? -Int(errno) : written)
    }

    func openForWriting(_ file: String) throws(SystemCallFailure) -> Descriptor {
        let raw = open("\(path)/\(file)", O_WRONLY | O_CLOEXEC)
        return Descriptor(owning: try systemCall("open", raw < 0 ? -errno : raw))
    }

    func make() throws(SystemCallFailure) {
        try systemCall("mkdir", mkdir(path, 0o755) < 0 ? -errno : 0)
    }

    var children: [GroupFolder] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var found: [GroupFolder] = []
        while let entry = readdir(directory) {
            guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            // The service manager keeps its own helpers in a group whose name begins with a dot.
            if !name.hasPrefix(".") { found.append(GroupFolder(path: "\(path)/\(name)")) }
        }
        return found
    }

    /// The processes of this group alone; zombies are not among them.
    var ownProcesses: [Int32] {
        (read("cgroup.procs") ?? "").split(separator: "\n").compactMap { Int32($0) }
    }

    /// With those of the groups below.
    var allProcesses: [Int32] {
        ownProcesses + children.flatMap(\.allProcesses)
    }

    /// Whether a process lives in it, or in a group below. A group that is gone has none.
    var isPopulated: Bool {
        read("cgroup.events").map { CountersFile.value(of: "populated", in: $0) == 1 } ?? false
    }

    /// Kills everything in it, in one step where the kernel can (Linux 5.14): no fork escapes. Otherwise one by one; `false` when there
    /// was nothing that this process may kill.
    @discardableResult
    func kill() -> Bool {
        if (try? write("1", to: "cgroup.kill")) != nil { return true }
        return killOneByOne()
    }

    /// What is born meanwhile is not met: to be repeated until the group is empty.
    func killOneByOne() -> Bool {
        var reached = false
        for processID in allProcesses {
            let raw = clinux_pidfd_open(processID)
            guard raw >= 0 else { continue }
            let pidfd = Descriptor(owning: raw)
            // The id may have come to belong to another process before it was opened; from here on it cannot.
            guard allProcesses.contains(processID) else { continue }
            if clinux_pidfd_send_signal(pidfd.rawValue, SIGKILL) == 0 { reached = true }
        }
        return reached
    }

    /// Removes the group and those below; `false` when a process is still in there.
    func remove() -> Bool {
        if rmdir(path) == 0 || errno == ENOENT || errno == ENODEV { return true }
        for child in children where !child.remove() { return false }
        return rmdir(path) == 0 || errno == ENOENT || errno == ENODEV
    }
}
