import CLinux
import Glibc

/// The orphaned descendants of our processes. As the subreaper this process gets them as children when their own parent ends,
/// and nobody else reaps them.
///
/// The kernel gives orphans to the first thread of this process. The list of that thread's children holds them and nothing else, as
/// long as no other code starts processes from that thread; those of `Foundation.Process` belong to the spawner's thread.
struct AdoptedProcesses {
    private let listPath = "/proc/self/task/\(getpid())/children"
    /// Living orphans, each with its marker.
    private var markers: [Int32: UInt64?] = [:]
    /// Those which this process may not kill: programs that changed their user.
    private var unreachable: Set<Int32> = []

    /// Reaps what has ended and gets to know what is new.
    mutating func refresh() {
        let list = ProcFile.read(listPath) ?? ""
        var living: [Int32: UInt64?] = [:]
        for word in list.split(separator: " ") {
            guard let processID = Int32(word), clinux_reap(processID) == 0 else { continue }
            living[processID] = .some(markers[processID] ?? ProcessMarker.read(of: processID))
        }
        markers = living
        unreachable.formIntersection(living.keys)
    }

    /// Those that descend from the process with this marker and id and can be killed. The id must not have been reaped.
    func leftovers(marker: UInt64, processID: Int32) -> [Int32] {
        markers.compactMap { orphan, found in
            guard !unreachable.contains(orphan) else { return nil }
            let isOurs = found.map { $0 == marker } ?? (getpgid(orphan) == processID)
            return isOurs ? orphan : nil
        }
    }

    /// All that can be killed.
    var killable: [Int32] { markers.keys.filter { !unreachable.contains($0) } }

    /// Kills a living orphan; nobody but us can reap it, so its id cannot belong to another one meanwhile.
    /// `false` when it is out of reach.
    mutating func kill(_ processID: Int32) -> Bool {
        // Its own group as well, in one step: what it starts at this moment dies with it.
        if getpgid(processID) == processID { _ = Glibc.kill(-processID, SIGKILL) }
        if Glibc.kill(processID, SIGKILL) == 0 { return true }
        unreachable.insert(processID)
        return false
    }
}
