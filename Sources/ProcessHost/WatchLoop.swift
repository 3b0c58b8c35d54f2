import CLinux
import Foundation
import Logging

/// What the watcher's thread does, for ever: sleep in epoll, tell what happened, see processes to their end.
final class WatchLoop {
    let equipment: ProcessWatcher.Equipment
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    var processes = ProcessTable()
    var sockets: [UInt64: NotifySocket] = [:]
    /// How many processes that may speak on a socket are being started, and what came over it from nobody known meanwhile.
    var launches: [UInt64: Int] = [:]
    var unclaimed: [UInt64: [ReceivedNotification]] = [:]
    /// Who sent what was dropped, and how much of it.
    var strangers: Set<Int32> = []
    var droppedMessages = 0
    /// Those whose process has ended or whose tree is to be killed.
    var ending: Set<UInt64> = []
    let adopted = AdoptedProcesses.shared
    /// Adopted processes may have come or gone.
    var adoptionChanged = false
    /// Of processes that are gone, with something still in them when they went.
    var groupsToRemove: [ControlGroup] = []
    var waitingForNothing: [@Sendable () -> Void] = []

    init(_ equipment: consuming ProcessWatcher.Equipment) {
        self.equipment = equipment
    }

    deinit { buffer.deallocate() }

    func run() -> Never {
        while true {
            let ready = equipment.all.wait(atMost: timeToNextLook())
            handleUrgent()
            for token in ready {
                switch WatchToken(rawValue: token) {
                case .output(let id, let stream): if let process = processes[id] { readOutput(stream, of: process) }
                case .notify(let id): if let socket = sockets[id] { readNotifications(from: socket) }
                default: break
                }
                handleUrgent()
            }
        }
    }

    private func handleUrgent() {
        while true {
            let ready = equipment.urgent.wait(atMost: .zero)
            if ready.isEmpty { break }
            for token in ready { handle(WatchToken(rawValue: token)) }
        }
        advanceEndings()
    }

    private func handle(_ token: WatchToken?) {
        switch token {
        case .mailbox: for message in equipment.mailbox.takeAll() { handle(message) }
        case .childEnded:
            var count: UInt64 = 0
            _ = read(equipment.childEnded.rawValue, &count, 8)
            adoptionChanged = true
        case .control(let id): if let process = processes[id] { readControl(of: process) }
        case .exit(let id): if let process = processes[id] { readExit(of: process) }
        case .groups: groupsChanged()
        case .urgent, .output, .notify, nil: break
        }
    }

    private func handle(_ message: ProcessWatcher.Message) {
        switch message {
        case .watch(let handover):
            guard let launch = handover.take() else { return }
            let id = launch.handle.id
            let flow = OutputFlow { [mailbox = equipment.mailbox] in mailbox.post(.outputMayResume(id)) }
            let process = WatchedProcess(launch, flow: flow)
            watch(process)
            if let socket = process.order.request.notifySocket { claimNotifications(from: socket) }
        case .outputMayResume(let id):
            if let process = processes[id], process.isPaused, process.flow.mayResume { resumeOutput(of: process) }
        case .failed(let error, let onEvent): onEvent(.failed(error))
        case .listen(let socket): listen(on: socket)
        case .stopListening(let socket): stopListening(on: socket)
        case .launchBegins(let socket): launches[socket.id, default: 0] += 1
        case .launchIsOver(let socket): launchIsOver(on: socket)
        case .findMemoryTargets(let completion): completion(memoryTargets())
        case .doomed:
            adoptionChanged = true
            for process in processes.values where process.handle.isDoomed { ending.insert(process.id) }
        case .killEverything(let completion):
            waitingForNothing.append(completion)
            for process in processes.values { process.handle.killTree() }
            adoptionChanged = true
        }
    }

    private func memoryTargets() -> [MemoryTarget] {
        // Orphans come without a word.
        _ = adopted.refresh(now: equipment.now(), isThorough: false)
        // What this may have missed must not be missed when a tree is let go.
        adoptionChanged = true
        let orphans = adopted.livingByMarker
        return processes.values.compactMap { process in
            guard process.control == nil, process.status == nil else { return nil }
            return MemoryTarget(
                handle: process.handle, processID: process.processID, group: process.group,
                orphans: orphans[process.marker] ?? [])
        }
    }
}
