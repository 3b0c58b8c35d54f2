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
    private let sweeper = Mutex<MemorySweeper?>(nil)
    private let controlGroups: ControlGroups?
    private let nextID = Atomic<UInt64>(1)

    /// With `startsAhead`, a launcher waits for the next program: one that dies is replaced so much sooner, for a process that sleeps.
    /// It is taken for the first program after it as it was started, with the resource limits that this process had then.
    /// `leftoverGrace` is how long descendants may go on after a program ended by itself, before they are killed.
    package init(
        launcher: String = ProcessHost.installedLauncher(), logger: Logger, startsAhead: Bool = false,
        controlGroups: ControlGroups? = nil, leftoverGrace: Duration = .milliseconds(200),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        markers: MarkerRange? = .draw(random: .random(in: .min ... .max)),
        startProcess: @escaping @Sendable (Foundation.Process) throws -> Void = { try $0.run() }
    ) throws(SystemCallFailure) {
        let spawner = try Spawner(
            launcher: launcher, startsAhead: startsAhead, controlGroups: controlGroups, markers: markers,
            startProcess: startProcess)
        watcher = try ProcessWatcher(
            watchesGroups: controlGroups?.areAvailable ?? false, leftoverGrace: leftoverGrace, now: now, logger: logger
        ) { spawner.release($0) }
        self.spawner = spawner
        self.controlGroups = controlGroups
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

    /// Those of the limits that this host cannot apply, by the names of the kernel's files; the others are.
    package func unsupportedLimits(of limits: ControlGroupLimits) -> [String] {
        controlGroups?.unsupportedLimits(of: limits) ?? limits.settings.map(\.file)
    }

    /// A socket for requests to this host. What an earlier one has left at the path is replaced; `mode` tells which users may send.
    package func openNotifySocket(path: String, mode: UInt32 = 0o600) throws(SystemCallFailure) -> NotifySocket {
        let socket = try NotifySocket(path: path, mode: mode, id: nextID.add(1, ordering: .relaxed).oldValue)
        watcher.post(.listen(socket))
        return socket
    }

    /// Removes its file; what comes over it is not read any more.
    package func closeNotifySocket(_ socket: NotifySocket) {
        socket.removeFile()
        watcher.post(.stopListening(socket))
    }

    /// Measures all that run, in one sweep on a thread of its own, which calls `completion`.
    package func measureMemory(then completion: @escaping @Sendable ([MemoryReading]) -> Void) {
        watcher.post(.findMemoryTargets { [self] targets in sweep(targets, then: completion) })
    }

    private func sweep(_ targets: [MemoryTarget], then completion: @escaping @Sendable ([MemoryReading]) -> Void) {
        let made = sweeper.withLock { sweeper in
            if sweeper == nil { sweeper = try? MemorySweeper() }
            return sweeper
        }
        // Without a descriptor for its mailbox there is nothing to measure with.
        guard let made else { return completion([]) }
        made.measure(targets, then: completion)
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
