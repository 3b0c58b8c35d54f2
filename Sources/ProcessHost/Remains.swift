import CLinux
import Glibc

/// What a host that is gone has left: the kernel killed its programs with it, but not what these had started.
package struct Remains: Sendable {
    /// So many at once: each takes a descriptor, and a fork bomb has left more than there are.
    private static let batch = 256

    private let markers: MarkerRange
    private(set) package var killed: Set<Int32> = []
    /// Those that this process may not kill.
    private var unreachable: Set<Int32> = []

    /// `nil` when this process itself carries one of these markers: it was started by what it would kill.
    package init?(of markers: MarkerRange) {
        if let own = ProcessMarker.read(of: getpid()), markers.contains(own) { return nil }
        self.markers = markers
    }

    /// Kills all of them, and waits for their ends. Gives the process ids of those that live on, out of reach or when the time is
    /// over. Blocks.
    package mutating func kill(
        atMost limit: Duration, now: () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) throws(SystemCallFailure) -> [Int32] {
        let deadline = now() + limit
        while true {
            // Who dies may have started another one meanwhile: until a look finds nobody.
            let poller = try Poller()
            let living = living()
            guard !living.isEmpty, now() < deadline else {
                return living.map(\.processID).sorted() + unreachable.sorted()
            }
            var awaited: [UInt64: HeldDescriptor] = [:]
            for process in living {
                let pidfd = process.pidfd.descriptor.rawValue
                let result = clinux_pidfd_send_signal(pidfd, SIGKILL)
                if result == 0 {
                    killed.insert(process.processID)
                    try poller.add(rawValue: pidfd, token: UInt64(process.processID))
                    awaited[UInt64(process.processID)] = process.pidfd
                } else if result == -EPERM {
                    unreachable.insert(process.processID)
                }
            }
            while !awaited.isEmpty, now() < deadline {
                for processID in poller.wait(atMost: deadline - now()) {
                    guard let ended = awaited.removeValue(forKey: processID) else { continue }
                    poller.remove(rawValue: ended.descriptor.rawValue)
                }
            }
        }
    }

    private func living() -> [(processID: Int32, pidfd: HeldDescriptor)] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [(processID: Int32, pidfd: HeldDescriptor)] = []
        while found.count < Self.batch, let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let processID = Int32(name), !unreachable.contains(processID), isLiving(processID) else { continue }
            let pidfd = clinux_pidfd_open(processID)
            guard pidfd >= 0 else { continue }
            let held = HeldDescriptor(owning: pidfd)
            // The number may have become another one's before it was opened.
            if isLiving(processID) { found.append((processID, held)) }
        }
        return found
    }

    private func isLiving(_ processID: Int32) -> Bool {
        guard let marker = ProcessMarker.read(of: processID), markers.contains(marker) else { return false }
        // A zombie keeps its marker until somebody reaps it.
        return ProcFile.read("/proc/\(processID)/stat").map { !$0.contains(") Z ") && !$0.contains(") X ") } ?? false
    }
}
