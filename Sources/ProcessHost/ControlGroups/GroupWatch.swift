import CLinux

/// Tells when control groups lose their last process.
///
/// The death of a child is not enough: what was left behind may have a parent elsewhere, and newer kernels take a process out of
/// its group only after its parent has been told.
final class GroupWatch: Sendable {
    let changes: Descriptor

    init() throws(SystemCallFailure) {
        changes = Descriptor(owning: try systemCall("inotify_init1", clinux_inotify_create()))
    }

    /// Until the group is removed. What happened before is not told: look at the group after this.
    func add(_ group: ControlGroup) throws(SystemCallFailure) {
        let file = "\(group.folder.path)/cgroup.events"
        try systemCall("inotify_add_watch", clinux_inotify_watch_changes(changes.rawValue, file))
    }

    func discard() {
        clinux_inotify_discard(changes.rawValue)
    }
}
