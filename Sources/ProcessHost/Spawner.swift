import CFoundationGuard
import CLinux
import Foundation
import Logging
import Synchronization

/// The one thread that starts processes, one after the other.
///
/// It never ends: a worker is to be killed when its parent dies, and for the kernel the parent is the thread that started it.
/// Its signal mask is empty, because children begin with it. One at a time, because concurrent starts by Foundation inherit each
/// other's descriptors.
final class Spawner: Sendable {
    struct Order: Sendable {
        let request: SpawnRequest
        let handle: ProcessHandle
        let onEvent: @Sendable (ProcessEvent) -> Void
        /// The launcher that had it was lost with it.
        var isSecondTry = false
    }

    /// For all hosts of this process: what one makes close-on-exec, another may be about to hand to its child.
    private static let oneAtATime = Mutex(())

    private let orders: Mailbox<Order>
    /// Ended processes, whose objects Foundation keeps until somebody waits for them.
    private let released = Mutex<[Foundation.Process]>([])
    private let launcher: String
    private let controlGroups: ControlGroups?
    /// `nil` when processes cannot be marked.
    let markers: MarkerRange?
    private let startProcess: @Sendable (Foundation.Process) throws -> Void
    /// Whether a launcher is to wait for the next order: a program that dies is replaced so much sooner. It costs a process that sleeps.
    private let startsAhead: Bool
    private let nothing: HeldDescriptor

    /// Descriptors that Foundation needs to start a process. When it gets none it goes on with descriptor 0 and closes that.
    private static let room: Int32 = 24

    init(
        launcher: String, startsAhead: Bool, controlGroups: ControlGroups?, markers: MarkerRange?,
        startProcess: @escaping @Sendable (Foundation.Process) throws -> Void
    ) throws(SystemCallFailure) {
        self.launcher = launcher
        self.startsAhead = startsAhead
        self.controlGroups = controlGroups
        self.markers = markers
        self.startProcess = startProcess
        orders = try Mailbox()
        let raw = open("/dev/null", O_RDWR | O_CLOEXEC)
        nothing = HeldDescriptor(owning: try systemCall("open /dev/null", raw < 0 ? -errno : raw))
    }

    func start(reportingTo watcher: ProcessWatcher) {
        let thread = Thread { [self] in
            clinux_name_thread("jobsup-spawn")
            run(reportingTo: watcher)
        }
        thread.start()
    }

    func post(_ order: Order) {
        orders.post(order)
    }

    /// Takes back a process that Foundation may reap now.
    func release(_ process: Foundation.Process) {
        released.withLock { $0.append(process) }
    }

    private func run(reportingTo watcher: ProcessWatcher) -> Never {
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var state = State()
        while true {
            for order in orders.waitForElements() {
                freeReleased()
                if let socket = order.request.notifySocket { watcher.post(.launchBegins(socket)) }
                do throws(SpawnError) {
                    watcher.post(.watch(Handover(try launch(order, &state))))
                } catch {
                    order.handle.detach()
                    watcher.post(.failed(error, onEvent: order.onEvent))
                }
                if let socket = order.request.notifySocket { watcher.post(.launchIsOver(socket)) }
            }
            // A failure is none: the next order tells of it.
            if startsAhead, state.waiting == nil, !state.forkFailed {
                state.waiting = try? startLauncher(&state, before: { _ throws(SystemCallFailure) in })
            }
        }
    }

    /// What the thread keeps from one start to the next.
    private struct State: ~Copyable {
        var forkFailed = false
        var marked: UInt64 = 0
        /// Started ahead.
        var waiting: WaitingLauncher?
    }

    private func launch(_ order: Order, _ state: inout State) throws(SpawnError) -> Launch {
        let launchOrder = try LaunchOrder(order.request)
        let group = try controlGroups?.make(for: order.request, id: order.handle.id)
        do throws(SpawnError) {
            return try launch(order, launchOrder, in: group, &state)
        } catch {
            // Nothing was started: nobody can be in it.
            _ = group?.remove()
            throw error
        }
    }

    private func launch(
        _ order: Order, _ launchOrder: LaunchOrder, in group: ControlGroup?, _ state: inout State
    ) throws(SpawnError) -> Launch {
        state.marked += 1
        let marker = markers?.marker(state.marked) ?? 0
        let bytes = launchOrder.encoded(parent: getpid(), marker: marker)
        let ends: LaunchEnds
        do throws(SystemCallFailure) {
            ends = try LaunchEnds(
                bytes, request: order.request, user: launchOrder.user, group: group, nothing: nothing)
        } catch {
            throw SpawnError(error)
        }
        let launcher = try sendOrder(of: ends, &state)
        var again: (@Sendable () -> Void)?
        if launcher.hasWaited, !order.isSecondTry {
            var second = order
            second.isSecondTry = true
            again = { [self, second] in post(second) }
        }
        // Slow to read, so while the launcher is at it.
        let machineOOMKills = MachineMemory.oomKills()
        return ends.launch(
            order, launchOrder, marker: marker, group: group, machineOOMKills: machineOOMKills, again: again,
            by: launcher)
    }

    /// Gives the order to the launcher that waits, or to a new one.
    private func sendOrder(of ends: borrowing LaunchEnds, _ state: inout State) throws(SpawnError) -> WaitingLauncher {
        if var waiting = state.waiting.take() {
            do throws(SystemCallFailure) {
                try ends.send(over: waiting.control)
                waiting.hasWaited = true
                return waiting
            } catch {
                // Somebody has ended it.
                release(waiting.process)
            }
        }
        // The order waits in the socket when the launcher comes: no round trip.
        return try startLauncher(&state) { control throws(SystemCallFailure) in try ends.send(over: control) }
    }

    /// `before` gets the end over which it will be talked to, when it does not run yet.
    private func startLauncher(
        _ state: inout State, before: (borrowing Descriptor) throws(SystemCallFailure) -> Void
    ) throws(SpawnError) -> WaitingLauncher {
        try checkLauncher()
        let ends = try controlEnds(probingFork: state.forkFailed)
        do throws(SystemCallFailure) {
            try before(ends.ours)
        } catch {
            throw SpawnError(error)
        }
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: launcher)
        process.arguments = []
        process.environment = [:]
        process.currentDirectoryURL = URL(fileURLWithPath: "/", isDirectory: true)
        process.standardInput = FileHandle(fileDescriptor: ends.launchers.rawValue, closeOnDealloc: false)
        do {
            try startGuarded(process)
        } catch {
            let failure = Self.cause(of: error)
            state.forkFailed = failure.code == EAGAIN || failure.code == ENOMEM
            throw SpawnError(failure)
        }
        state.forkFailed = false
        return ends.launcher(process)
    }

    private func controlEnds(probingFork: Bool) throws(SpawnError) -> ControlEnds {
        do throws(SystemCallFailure) {
            // Each failed start costs Foundation two descriptors for ever: do not try again before it can succeed.
            if probingFork { try systemCall("vfork", clinux_probe_fork()) }
            try systemCall("dup", clinux_probe_descriptors(Self.room))
            return try ControlEnds()
        } catch {
            throw SpawnError(error)
        }
    }

    /// Starts it without Foundation's list of descriptors, where all of them can be made close-on-exec: also those that Foundation
    /// itself keeps for each running process.
    private func startGuarded(_ process: Foundation.Process) throws {
        try Self.oneAtATime.withLock { _ in
            guard clinux_close_on_exec_from(3) == 0 else { return try startProcess(process) }
            cfoundationguard_begin()
            defer { cfoundationguard_end() }
            try startProcess(process)
        }
    }

    private func checkLauncher() throws(SpawnError) {
        do throws(SpawnError) {
            try ExecutableSearch.check(launcher)
        } catch {
            throw .launcherUnusable(launcher, reason: "\(error)")
        }
    }

    /// `errno` as Foundation reports it is not always that of the failed call; asking again tells.
    private static func cause(of error: any Error) -> SystemCallFailure {
        let probed = clinux_probe_fork()
        if probed < 0 { return SystemCallFailure("vfork", -probed) }
        let error = error as NSError
        let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        return SystemCallFailure("posix_spawn", Int32(clamping: underlying.code))
    }

    /// Foundation frees a process only when somebody has waited for it; `waitUntilExit` returns at once after the end, and would
    /// block before.
    private func freeReleased() {
        let candidates = released.withLock { processes in
            defer { processes = [] }
            return processes
        }
        var early: [Foundation.Process] = []
        for process in candidates {
            if process.isRunning { early.append(process) } else { process.waitUntilExit() }
        }
        if !early.isEmpty { released.withLock { $0.append(contentsOf: early) } }
    }
}
