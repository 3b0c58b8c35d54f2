import CLinux
import Glibc

/// What a host that is gone has left: the kernel killed its programs with it, but not what these had started.
package enum Remains {
    /// Kills all that carry one of these markers, and waits for their ends. Gives the process ids of those that were killed and,
    /// when the time is over, of those that live on. Blocks.
    package static func kill(
        _ markers: MarkerRange, atMost limit: Duration, now: () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) throws(SystemCallFailure) -> (killed: [Int32], left: [Int32]) {
        let deadline = now() + limit
        var killed: Set<Int32> = []
        while true {
            // Who dies may have started another one meanwhile: until a look finds nobody.
            let living = living(markers)
            guard !living.isEmpty, now() < deadline else { return (killed.sorted(), living.map(\.processID)) }
            let poller = try Poller()
            var awaited = 0
            for process in living where clinux_pidfd_send_signal(process.pidfd.descriptor.rawValue, SIGKILL) == 0 {
                killed.insert(process.processID)
                try poller.add(process.pidfd.descriptor, token: UInt64(process.processID))
                awaited += 1
            }
            // Out of reach, all of them.
            guard awaited > 0 else { return (killed.sorted(), living.map(\.processID)) }
            while awaited > 0, now() < deadline {
                for processID in poller.wait(atMost: deadline - now()) {
                    awaited -= 1
                    if let ended = living.first(where: { UInt64($0.processID) == processID }) {
                        poller.remove(rawValue: ended.pidfd.descriptor.rawValue)
                    }
                }
            }
        }
    }

    private static func living(_ markers: MarkerRange) -> [(processID: Int32, pidfd: HeldDescriptor)] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [(processID: Int32, pidfd: HeldDescriptor)] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let processID = Int32(name), isLiving(processID, markers) else { continue }
            let pidfd = clinux_pidfd_open(processID)
            guard pidfd >= 0 else { continue }
            let held = HeldDescriptor(owning: pidfd)
            // The number may have become another one's before it was opened.
            if isLiving(processID, markers) { found.append((processID, held)) }
        }
        return found
    }

    private static func isLiving(_ processID: Int32, _ markers: MarkerRange) -> Bool {
        guard let marker = ProcessMarker.read(of: processID), markers.contains(marker) else { return false }
        // A zombie keeps its marker until somebody reaps it.
        return ProcFile.read("/proc/\(processID)/stat").map { !$0.contains(") Z ") && !$0.contains(") X ") } ?? false
    }
}
