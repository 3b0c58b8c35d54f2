import Foundation
import Logging
import Synchronization

/// Starts programs, tells the truth about their ends, and leaves nothing of them behind.
///
/// A process that starts programs through this one becomes the parent of their orphaned descendants and reaps them; see
/// `AdoptedProcesses`. The two threads behind it live as long as this process. When this process dies, however it dies, the
/// kernel kills the programs.
package final class ProcessHost: Sendable {
    private let watcher: ProcessWatcher
    private let spawner: Spawner
    private let nextID = Atomic<UInt64>(1)

    /// `leftoverGrace` is how long descendants may go on after a program ended by itself, before they are killed.
    package init(
        launcher: String = ProcessHost.installedLauncher(), logger: Logger,
        leftoverGrace: Duration = .milliseconds(200),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) },
        startProcess: @escaping @Sendable (Foundation.Process) throws -> Void = { try $0.run() }
    ) throws(SystemCallFailure) {
        let spawner = try Spawner(launcher: launcher, random: random, startProcess: startProcess)
        watcher = try ProcessWatcher(leftoverGrace: leftoverGrace, now: now, logger: logger) { spawner.release($0) }
        self.spawner = spawner
        spawner.start(reportingTo: watcher)
    }

    /// Returns at once; what happens to the process is told on the watcher's thread, which must not be blocked.
    @discardableResult
    package func start(
        _ request: SpawnRequest, onEvent: @escaping @Sendable (ProcessEvent) -> Void
    ) -> ProcessHandle {
        let id = nextID.add(1, ordering: .relaxed).oldValue
        let handle = ProcessHandle(id: id) { [watcher] in watcher.post(.doomed) }
        spawner.post(Spawner.Order(request: request, handle: handle, onEvent: onEvent))
        return handle
    }

    /// Kills every process and every descendant that was left behind, and calls `completion` on the watcher's thread when
    /// nothing is left. Nothing may be started meanwhile.
    package func killEverything(then completion: @escaping @Sendable () -> Void) {
        watcher.post(.killEverything(then: completion))
    }

    /// The launcher beside the running program (a build folder), else below the same prefix in libexec.
    package static func installedLauncher() -> String {
        let program =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/usr/bin/jobsupd"
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent()
        let beside = folder.appendingPathComponent("jobsup-launch").path
        if access(beside, X_OK) == 0 { return beside }
        return folder.deletingLastPathComponent().appendingPathComponent("libexec/jobsup/jobsup-launch").path
    }
}
