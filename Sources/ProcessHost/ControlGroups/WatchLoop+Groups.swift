import Glibc
import Logging

/// Seeing control groups to their end.
extension WatchLoop {
    /// Whether something of the process's tree lives in its group. When so, the loop wakes as soon as that may have changed.
    func groupHasLeftovers(_ process: WatchedProcess) -> Bool {
        guard let group = process.group, group.isPopulated else { return false }
        watch(group)
        return group.isPopulated
    }

    func remove(_ group: ControlGroup) {
        if group.remove() { return }
        watch(group)
        // It may have become empty just before it was watched.
        if !group.remove() { groupsToRemove.append(group) }
    }

    func groupsChanged() {
        equipment.groupWatch?.discard()
        groupsToRemove.removeAll { $0.remove() }
        adoptionChanged = true
    }

    private func watch(_ group: ControlGroup) {
        do throws(SystemCallFailure) {
            try equipment.groupWatch?.add(group)
        } catch  where error.code == ENOENT {
            // It is gone already.
        } catch {
            equipment.logger.warning(
                "cannot watch a control group: \(error)", metadata: ["group": "\(group.folder.path)"])
        }
    }
}
