import CLinux
import Glibc
import Synchronization

/// A process that was asked for, from the request to its end: the way to reach it with signals.
///
/// The process id stays taken, and so the signals arrive where they should, until the watcher says that the process and its tree
/// are gone; both happen under one lock.
package final class ProcessHandle: Sendable {
    private struct State: ~Copyable {
        var pidfd: Descriptor?
        var processID: Int32 = 0
        var group: ControlGroup?
        var hasEnded = false
        var isDoomed = false
        var wasKilledByUs = false
        var waiting: [Waiting] = []
    }

    /// A signal sent before there was a process.
    private struct Waiting: Hashable {
        let signal: Int32
        let toGroup: Bool
    }

    /// Unique among the processes of one host.
    package let id: UInt64
    private let state = Mutex(State())
    private let onDoom: @Sendable () -> Void

    init(id: UInt64, onDoom: @escaping @Sendable () -> Void) {
        self.id = id
        self.onDoom = onDoom
    }

    /// `nil` before the process exists and after it is gone.
    package var processID: Int32? {
        state.withLock { $0.pidfd == nil ? nil : $0.processID }
    }

    /// Sends a signal to the process itself. Before it exists the signal waits for it; `false` when it is gone.
    @discardableResult
    package func signal(_ signal: Int32) -> Bool {
        state.withLock { Self.send(Waiting(signal: signal, toGroup: false), &$0) }
    }

    /// Sends a signal to the process group that the process leads.
    @discardableResult
    package func signalGroup(_ signal: Int32) -> Bool {
        state.withLock { Self.send(Waiting(signal: signal, toGroup: true), &$0) }
    }

    /// Kills the process, its group, and every descendant that escaped from both, now and when it appears.
    package func killTree() {
        let reached = state.withLock { state in
            state.isDoomed = true
            // All at once, so that nobody can fork away.
            state.group?.kill()
            // The process may have joined another group.
            let process = Self.send(Waiting(signal: SIGKILL, toGroup: false), &state)
            let group = Self.send(Waiting(signal: SIGKILL, toGroup: true), &state)
            return process || group
        }
        if reached { onDoom() }
    }

    /// Its descendants are to be killed whenever they are found.
    var isDoomed: Bool { state.withLock { $0.isDoomed } }

    /// A SIGKILL that ended it may have been ours.
    var wasKilledByUs: Bool { state.withLock { $0.wasKilledByUs } }

    func attach(_ pidfd: consuming Descriptor, processID: Int32, group: ControlGroup?) {
        var pidfd: Descriptor? = pidfd
        state.withLock { state in
            state.pidfd = pidfd.take()
            state.processID = processID
            state.group = group
            for waiting in state.waiting { _ = Self.send(waiting, &state) }
            state.waiting = []
        }
    }

    /// From here on nothing is sent any more. Must come before the process may be reaped.
    func detach() {
        state.withLock { state in
            state.hasEnded = true
            state.pidfd = nil
            state.group = nil
            state.waiting = []
        }
    }

    func withPidfd<Result>(_ body: (Int32) -> Result) -> Result? {
        state.withLock { state in
            guard let raw = state.pidfd?.rawValue else { return nil }
            return body(raw)
        }
    }

    private static func send(_ waiting: Waiting, _ state: inout State) -> Bool {
        guard !state.hasEnded else { return false }
        if waiting.signal == SIGKILL { state.wasKilledByUs = true }
        guard let pidfd = state.pidfd?.rawValue else {
            if !state.waiting.contains(waiting) { state.waiting.append(waiting) }
            return true
        }
        if waiting.toGroup { return kill(-state.processID, waiting.signal) == 0 }
        return clinux_pidfd_send_signal(pidfd, waiting.signal) == 0
    }
}
