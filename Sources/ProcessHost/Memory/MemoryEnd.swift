import CLinux
import Glibc

/// What the kernel counted by the end of a process.
struct MemoryEnd: Sendable {
    /// Of its control group.
    var peakBytes: Int?
    var oomKills = 0
    var pidsMaxHits = 0
    var machineOOMKills = 0

    init() {}

    init(of process: WatchedProcess) {
        guard let status = process.status else { return }
        if let group = process.group {
            peakBytes = group.peakBytes
            oomKills = group.oomKills
            pidsMaxHits = group.pidsMaxHits
        }
        if status.signalled != 0, status.status == SIGKILL, !process.handle.wasKilledByUs,
            let before = process.machineOOMKillsBefore, let now = MachineMemory.oomKills()
        {
            machineOOMKills = max(0, now - before)
        }
    }
}
