import CLinux
import Glibc
import Synchronization

/// The orphaned descendants of our processes. As the subreaper this process gets them as children when their own parent ends,
/// and nobody else reaps them. There is one list for all hosts, because there is one parent.
///
/// The kernel gives orphans to the first thread of this process. The list of that thread's children holds them and nothing else, as
/// long as no other code starts processes from that thread; those of `Foundation.Process` belong to the spawner's thread.
final class AdoptedProcesses: Sendable {
    static let shared = AdoptedProcesses()

    private struct Orphan {
        let marker: UInt64?
        /// This process may kill it. It may not when the program changed its user.
        var isReachable = true
    }

    private let listPath = "/proc/self/task/\(getpid())/children"
    private let living = Mutex<[Int32: Orphan]>([:])

    /// Reaps what has ended and gets to know what is new.
    func refresh() {
        // Under the lock from the listing to the reaping: the kernel leaves out some when others are reaped while it lists.
        living.withLock { living in
            var found: [Int32: Orphan] = [:]
            for word in (ProcFile.read(listPath) ?? "").split(separator: " ") {
                guard let processID = Int32(word), clinux_reap(processID) == 0 else { continue }
                found[processID] = living[processID] ?? Orphan(marker: ProcessMarker.read(of: processID))
            }
            living = found
        }
    }

    /// Those that descend from the process with this marker and id and can be killed. The id must not have been reaped.
    func leftovers(marker: UInt64, processID: Int32) -> [Int32] {
        living.withLock { living in
            living.compactMap { orphan, about in
                guard about.isReachable else { return nil }
                let isOurs = about.marker.map { $0 == marker } ?? (getpgid(orphan) == processID)
                return isOurs ? orphan : nil
            }
        }
    }

    /// All that can be killed.
    var killable: [Int32] {
        living.withLock { living in living.filter { $0.value.isReachable }.map(\.key) }
    }

    /// Kills an orphan; only `refresh` can reap it, so its id cannot belong to another one meanwhile.
    /// `false` when it is out of reach.
    func kill(_ processID: Int32) -> Bool {
        living.withLock { living in
            // Another host has reaped it.
            guard living[processID] != nil else { return true }
            // Its own group as well, in one step: what it starts at this moment dies with it.
            if getpgid(processID) == processID { _ = Glibc.kill(-processID, SIGKILL) }
            if Glibc.kill(processID, SIGKILL) == 0 { return true }
            living[processID]?.isReachable = false
            return false
        }
    }
}
