import CLinux
import Foundation
import Logging

/// From the exit of a process to the end of its tree.
extension WatchLoop {
    func readExit(of process: WatchedProcess) {
        // What the launcher said last comes before what the kernel says of its end.
        readControl(of: process)
        guard process.status == nil else { return }
        var status = clinux_exit()
        let code = process.handle.withPidfd { pidfd in
            let code = clinux_peek_exit(pidfd, &status)
            if code < 0 || status.pid != 0 { equipment.urgent.remove(rawValue: pidfd) }
            return code
        }
        guard let code, code < 0 || status.pid != 0 else { return }
        process.status = status
        // Whoever forks at this moment holds a copy of the launcher's end for an instant. Nothing more can come over it.
        if process.control != nil { beginProgram(of: process) }
        drainNotifications(of: process)
        process.endOfMemory = MemoryEnd(of: process)
        let hasTime = process.failure == nil && status.pid != 0 && status.signalled == 0
        process.ending = Ending(deadline: hasTime ? equipment.now() + equipment.leftoverGrace : nil)
        process.drain(through: buffer)
        ending.insert(process.id)
        adoptionChanged = true
    }

    func advanceEndings() {
        guard adoptionChanged || !ending.isEmpty else { return }
        // As long as somebody may have been missed nobody is released, and the next look follows at once.
        if adoptionChanged {
            let isThorough = !ending.isEmpty || !waitingForNothing.isEmpty
            adoptionChanged = !adopted.refresh(now: equipment.now(), isThorough: isThorough)
        }
        for id in ending {
            guard let process = processes[id] else { continue }
            advance(process)
        }
        if !waitingForNothing.isEmpty { killEverything() }
    }

    func timeToNextLook() -> Duration? {
        if adoptionChanged { return .zero }
        guard !ending.isEmpty else { return nil }
        let now = equipment.now()
        let next = ending.compactMap { processes[$0]?.ending?.nextLook(after: now) }.min()
        return next.map { $0 - now }
    }

    private func advance(_ process: WatchedProcess) {
        let leftovers = adopted.leftovers(marker: process.marker, processID: process.processID)
        guard process.ending != nil else {
            // It lives yet, but its tree is to be killed.
            return kill(leftovers, of: process)
        }
        let hasLeftovers = adoptionChanged || groupHasLeftovers(process) || !leftovers.isEmpty
        // The last descendant is gone: what it wrote lies in the pipe, though epoll has not told yet.
        if !hasLeftovers, !process.outputIsComplete { process.drain(through: buffer) }
        let actions = process.ending?.advance(
            outputIsComplete: process.outputIsComplete, hasLeftovers: hasLeftovers,
            isDoomed: process.handle.isDoomed, now: equipment.now())
        for action in actions ?? [] {
            switch action {
            case .reportExit: reportExit(of: process)
            case .killLeftovers: kill(leftovers, of: process)
            case .release: release(process)
            }
        }
    }

    private func reportExit(of process: WatchedProcess) {
        process.exitIsReported = true
        if let failure = process.failure {
            process.onEvent(.failed(failure))
        } else if let exit = process.exit {
            process.onEvent(.exited(exit))
        }
    }

    private func kill(_ leftovers: [Int32], of process: WatchedProcess) {
        killGroup(of: process, besides: leftovers)
        for processID in leftovers {
            let reached = adopted.kill(processID)
            // It no longer counts among the leftovers: that may be the end of the waiting.
            if !reached { adoptionChanged = true }
            guard process.killedLeftovers.insert(processID).inserted else { continue }
            equipment.logger.log(
                level: reached ? .info : .warning,
                reached ? "killed a process that was left behind" : "cannot kill a process that was left behind",
                metadata: ["pid": "\(processID)", "left_by": "\(process.processID)"])
        }
    }

    private func killGroup(of process: WatchedProcess, besides orphans: [Int32]) {
        guard let group = process.group else { return }
        if process.ending != nil, !process.groupIsKilled {
            process.groupIsKilled = true
            let found = group.folder.allProcesses.filter { !orphans.contains($0) }
            if !found.isEmpty {
                equipment.logger.info(
                    "killing processes that were left behind",
                    metadata: ["pids": "\(found)", "left_by": "\(process.processID)"])
            }
        }
        group.kill()
    }

    private func release(_ process: WatchedProcess) {
        // Nobody of the tree writes any more; who else holds the pipes does not count.
        process.drain(through: buffer)
        process.closeOutput()
        forget(process)
    }

    /// Lets Foundation reap the process. From here on its id may belong to another one. The handle is kept for a process that is
    /// yet to come.
    func forget(_ process: WatchedProcess, keepingHandle: Bool = false) {
        if !keepingHandle { process.handle.detach() }
        process.control = nil
        process.deathWatch = []
        processes.remove(process)
        if let group = process.group { remove(group) }
        ending.remove(process.id)
        equipment.onReleased(process.process)
    }

    private func killEverything() {
        for processID in adopted.killable { _ = adopted.kill(processID) }
        guard !adoptionChanged, processes.isEmpty, adopted.killable.isEmpty else { return }
        let completions = waitingForNothing
        waitingForNothing = []
        for completion in completions { completion() }
    }
}
