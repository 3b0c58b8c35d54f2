import Glibc
import Logging

/// Reading what processes say of themselves.
extension WatchLoop {
    /// Of one socket, before exits and starts have their turn again.
    private static let messagesInATurn = 64
    /// More than the kernel lets wait in a socket by default.
    private static let turnsAtAnExit = 8
    /// Of those that nobody can be found for while processes are being started.
    private static let unclaimedLimit = 256
    /// Senders whose messages were dropped are named once, as long as there are not too many to keep.
    private static let strangersLimit = 1024

    func listen(on socket: NotifySocket) {
        do throws(SystemCallFailure) {
            try equipment.all.add(socket.descriptor, token: WatchToken.notify(socket.id).rawValue)
            sockets[socket.id] = socket
        } catch {
            equipment.logger.error("cannot listen for notifications on \(socket.path): \(error)")
        }
    }

    func stopListening(on socket: NotifySocket) {
        unclaimed[socket.id] = nil
        guard sockets.removeValue(forKey: socket.id) != nil else { return }
        equipment.all.remove(rawValue: socket.descriptor.rawValue)
    }

    /// The last words of a process that has ended lie in its socket, perhaps behind those of others.
    func drainNotifications(of process: WatchedProcess) {
        guard let socket = process.order.request.notifySocket else { return }
        for _ in 0..<Self.turnsAtAnExit {
            if readNotifications(from: socket) { return }
        }
    }

    /// Returns whether all was read.
    @discardableResult
    func readNotifications(from socket: NotifySocket) -> Bool {
        var pending: (process: WatchedProcess, message: NotifyMessage)?
        // Closing a barrier lets its sender go on, which must not come before the message that was sent before.
        var barriers: [HeldDescriptor] = []
        var isEmpty = false
        for _ in 0..<Self.messagesInATurn {
            guard let received = ReceivedNotification.receive(from: socket, through: buffer) else {
                isEmpty = true
                break
            }
            guard let process = sender(of: received, on: socket) else {
                keepOrDrop(received, from: socket)
                continue
            }
            if let barrier = received.barrier { barriers.append(barrier) }
            guard let message = received.message else {
                equipment.logger.debug(
                    "a notification longer than \(NotifyParser.limitBytes) bytes is dropped",
                    metadata: ["pid": "\(received.sender)"])
                continue
            }
            if let (earlier, said) = pending {
                var said = said
                if earlier === process, said.absorb(message) {
                    pending = (process, said)
                    continue
                }
                deliver(said, of: earlier)
            }
            pending = (process, message)
        }
        if let (process, message) = pending { deliver(message, of: process) }
        withExtendedLifetime(barriers) {}
        return isEmpty
    }

    private func deliver(_ message: NotifyMessage, of process: WatchedProcess) {
        // A program that speaks has begun, though the end of the launcher may not have been seen yet.
        readControl(of: process)
        if process.control != nil { beginProgram(of: process) }
        guard processes[process.id] === process, process.failure == nil, !process.exitIsReported, !message.isEmpty
        else { return }
        process.onEvent(.notified(message))
    }

    /// The process itself, or the one that the sender descends from, if it was given this socket.
    private func sender(of received: ReceivedNotification, on socket: NotifySocket) -> WatchedProcess? {
        let process =
            processes.process(withID: received.sender)
            ?? (received.marker ?? ProcessMarker.read(of: received.sender)).flatMap { marker in
                processes.process(withMarker: marker).flatMap { received.mayHaveMarker(of: $0) ? $0 : nil }
            }
            ?? (received.groupPath ?? groupPath(of: received.sender)).flatMap { processes.process(withGroup: $0) }
        return process?.order.request.notifySocket === socket ? process : nil
    }

    /// For descendants that have lost the marker.
    private func groupPath(of processID: Int32) -> String? {
        guard equipment.groupWatch != nil else { return nil }
        return ProcFile.read("/proc/\(processID)/cgroup").flatMap { ControlGroupPath.unified(in: $0) }
    }

    /// A program can speak before the thread that started it has told us of it.
    private func keepOrDrop(_ received: ReceivedNotification, from socket: NotifySocket) {
        guard launches[socket.id] != nil, unclaimed[socket.id, default: []].count < Self.unclaimedLimit else {
            return noteStranger(received.sender)
        }
        var kept = received
        kept.marker = ProcessMarker.read(of: received.sender)
        kept.groupPath = groupPath(of: received.sender)
        unclaimed[socket.id, default: []].append(kept)
    }

    /// Delivers what was said by processes that have become known since.
    func claimNotifications(from socket: NotifySocket) {
        guard let waiting = unclaimed.removeValue(forKey: socket.id) else { return }
        var rest: [ReceivedNotification] = []
        for received in waiting {
            if let process = sender(of: received, on: socket) {
                if let message = received.message { deliver(message, of: process) }
            } else {
                rest.append(received)
            }
        }
        if !rest.isEmpty { unclaimed[socket.id] = rest }
    }

    func launchIsOver(on socket: NotifySocket) {
        let count = launches[socket.id, default: 1] - 1
        launches[socket.id] = count > 0 ? count : nil
        guard count <= 0 else { return }
        for received in unclaimed.removeValue(forKey: socket.id) ?? [] { noteStranger(received.sender) }
    }

    private func noteStranger(_ processID: Int32) {
        droppedMessages += 1
        if strangers.count >= Self.strangersLimit { strangers = [] }
        guard strangers.insert(processID).inserted else { return }
        equipment.logger.debug(
            "dropping notifications of a process that was not given this socket, or has ended",
            metadata: ["pid": "\(processID)", "dropped": "\(droppedMessages)"])
    }
}

extension ReceivedNotification {
    /// Everybody can read a marker and take it on: it is only believed of the users that a descendant can have.
    fileprivate func mayHaveMarker(of process: WatchedProcess) -> Bool {
        user == 0 || user == geteuid() || user == process.order.user
    }
}
