import CLinux
import Glibc
import Synchronization

/// The orphaned descendants of our processes. As the subreaper this process gets them as children when their own parent ends,
/// and nobody else reaps them. There is one list for all hosts, because there is one parent.
///
/// The kernel gives orphans to the first thread of this process. Among that thread's children there may also be strangers: processes
/// that other code started, and waits for. The marker tells them apart.
final class AdoptedProcesses: Sendable {
    static let shared = AdoptedProcesses()

    private struct Orphan {
        let marker: UInt64?
        /// It is in a control group that a host made.
        var isInOurGroup = false
        /// This process may kill it. It may not when the program changed its user.
        var isReachable = true
        /// When we first saw it dead; only strangers are seen so.
        var deadSince: ContinuousClock.Instant?

        var isAlive: Bool { deadSince == nil }
    }

    /// A dead stranger that nobody has waited for in this time is one of ours that lost its marker.
    private static let strangersTime = Duration.seconds(60)

    /// A storm of coming and going processes must not hold the watcher: it kills what it knows, and looks again.
    private static let mostListings = 8

    private let listPath = "/proc/self/task/\(getpid())/children"
    /// The marker of this process, if it runs under another host: strangers have it too.
    private let ownMarker = ProcessMarker.read(of: getpid())
    /// Without markers there are no strangers: better to reap too much than to keep zombies.
    private let hasMarkers = MarkerRange.draw(random: 0) != nil
    private let children = Mutex<[Int32: Orphan]>([:])
    /// Once there are control groups: who is in one below this path is ours, marked or not. This process itself, and what other code
    /// starts, are in the leaf of the daemon.
    private let groupsPath = Mutex<String?>(nil)

    func recognizeGroups(below path: String) {
        groupsPath.withLock { $0 = path }
    }

    private func makeOrphan(_ processID: Int32) -> Orphan {
        var orphan = Orphan(marker: ProcessMarker.read(of: processID))
        // A group that was removed is told with a suffix.
        if orphan.marker == nil || orphan.marker == ownMarker, let base = groupsPath.withLock({ $0 }),
            let text = ProcFile.read("/proc/\(processID)/cgroup")
        {
            orphan.isInOurGroup =
                text.contains("0::\(base)/") && !text.contains("0::\(base)/\(Delegation.leafName)\n")
        }
        return orphan
    }

    /// Reaps what has ended and gets to know what is new. When thorough, it says whether nobody can have been missed; else it
    /// lists once.
    ///
    /// One listing is not enough for whoever lets go of a tree. Whose parent ends while it is made comes to us behind the place
    /// that was read, and the kernel leaves out some when others are reaped meanwhile, here or by whoever started them. So the
    /// list is read until it is the same twice.
    func refresh(now: ContinuousClock.Instant, isThorough: Bool) -> Bool {
        // Under the lock from the listing to the reaping, so that no other host reaps meanwhile.
        children.withLock { children in
            var before: String?
            for _ in 0..<Self.mostListings {
                let list = ProcFile.read(listPath) ?? ""
                if list == before { return true }
                // Who was reaped just now is not listed any more, so that there is one more look at least.
                before = list
                children = sortOut(list, known: children, now: now)
                if !isThorough { return true }
            }
            return false
        }
    }

    private func sortOut(_ list: String, known: [Int32: Orphan], now: ContinuousClock.Instant) -> [Int32: Orphan] {
        var found: [Int32: Orphan] = [:]
        for word in list.split(separator: " ") {
            guard let processID = Int32(word) else { continue }
            var orphan = known[processID] ?? makeOrphan(processID)
            if clinux_has_ended(processID) == 1 {
                orphan.deadSince = orphan.deadSince ?? now
                if mayReap(orphan, now: now), clinux_reap(processID) != 0 { continue }
            }
            found[processID] = orphan
        }
        return found
    }

    private func mayReap(_ orphan: Orphan, now: ContinuousClock.Instant) -> Bool {
        guard !orphan.isInOurGroup, hasMarkers, orphan.marker == nil || orphan.marker == ownMarker else { return true }
        return orphan.deadSince.map { now - $0 > Self.strangersTime } ?? false
    }

    /// Those that descend from the process with this marker and id and can be killed. The id must not have been reaped.
    func leftovers(marker: UInt64, processID: Int32) -> [Int32] {
        children.withLock { children in
            children.compactMap { orphan, about in
                guard about.isAlive, about.isReachable else { return nil }
                let isOurs = about.marker.map { $0 == marker } ?? (getpgid(orphan) == processID)
                return isOurs ? orphan : nil
            }
        }
    }

    var livingByMarker: [UInt64: [Int32]] {
        children.withLock { children in
            var found: [UInt64: [Int32]] = [:]
            for (processID, about) in children where about.isAlive {
                if let marker = about.marker { found[marker, default: []].append(processID) }
            }
            return found
        }
    }

    /// All that can be killed, strangers too.
    var killable: [Int32] {
        children.withLock { children in children.filter { $0.value.isAlive && $0.value.isReachable }.map(\.key) }
    }

    /// Kills an orphan; only `refresh` can reap one of ours, so its id cannot belong to another one meanwhile.
    /// `false` when it is out of reach.
    func kill(_ processID: Int32) -> Bool {
        children.withLock { children in
            // Another host has reaped it, or who started the stranger has.
            guard children[processID] != nil, clinux_has_ended(processID) == 0 else { return true }
            // Its own group as well, in one step: what it starts at this moment dies with it.
            if getpgid(processID) == processID { _ = Glibc.kill(-processID, SIGKILL) }
            if Glibc.kill(processID, SIGKILL) == 0 { return true }
            children[processID]?.isReachable = false
            return false
        }
    }
}
