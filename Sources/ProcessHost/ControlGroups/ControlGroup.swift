import CLinux
import Glibc
import Synchronization

/// The control group of one process and all of its descendants, wherever they escape to.
final class ControlGroup: Sendable {
    let folder: GroupFolder
    /// What is still in there may not be killed by this process; only before Linux 5.14.
    private let isOutOfReach = Atomic<Bool>(false)

    private init(_ folder: GroupFolder) {
        self.folder = folder
    }

    /// Makes a group with these limits, as far as `files` can express them. When something is refused there is no group.
    static func make(
        in parent: GroupFolder, name: String, limits: ControlGroupLimits?, files: Set<String>
    ) throws(SpawnError) -> ControlGroup {
        let folder = GroupFolder(path: "\(parent.path)/\(name)")
        do throws(SystemCallFailure) {
            try folder.make()
        } catch {
            throw .controlGroupUnusable(folder.path, reason: SystemCallFailure.text(of: error.code))
        }
        var settings = limits?.settings ?? []
        // A worker that has lost one of its processes is of no use: all or none.
        settings.append(ControlGroupLimits.Setting(file: "memory.oom.group", value: "1"))
        if limits?.memoryMaxBytes != nil {
            settings.append(ControlGroupLimits.Setting(file: "memory.swap.max", value: "0"))
        }
        for setting in settings where files.contains(setting.file) {
            do throws(SystemCallFailure) {
                try folder.write(setting.value, to: setting.file)
            } catch {
                _ = folder.remove()
                let reason = "\(setting.file) = \(setting.value): \(SystemCallFailure.text(of: error.code))"
                throw .controlGroupUnusable(folder.path, reason: reason)
            }
        }
        return ControlGroup(folder)
    }

    /// For the launcher, which moves itself: between fork and move nothing of the program has run.
    func openForJoining() throws(SystemCallFailure) -> Descriptor {
        try folder.openForWriting("cgroup.procs")
    }

    /// The last part of its path, which no other group of this host has.
    var name: Substring { folder.path.split(separator: "/").last ?? "" }

    /// Whether something lives in it that can be killed.
    var isPopulated: Bool {
        !isOutOfReach.load(ordering: .relaxed) && folder.isPopulated
    }

    func kill() {
        if !folder.kill(), folder.isPopulated { isOutOfReach.store(true, ordering: .relaxed) }
    }

    func remove() -> Bool {
        folder.remove()
    }

    /// What the group is charged with, without what the kernel drops when it needs the room: contents of files, however often they
    /// were read, and its own caches.
    func workingSetBytes() -> Int? {
        guard let current = folder.read("memory.current").flatMap({ Int($0.prefix { $0.isNumber }) }),
            let stat = folder.read("memory.stat")
        else { return nil }
        let droppable = ["inactive_file", "active_file", "slab_reclaimable"]
        return max(0, current - droppable.reduce(0) { $0 + (CountersFile.value(of: $1, in: stat) ?? 0) })
    }

    var peakBytes: Int? { folder.read("memory.peak").flatMap { Int($0.prefix { $0.isNumber }) } }
    var oomKills: Int { count("oom_kill", in: "memory.events") }
    var pidsMaxHits: Int { count("max", in: "pids.events") }

    private func count(_ name: String, in file: String) -> Int {
        folder.read(file).flatMap { CountersFile.value(of: name, in: $0) } ?? 0
    }
}
