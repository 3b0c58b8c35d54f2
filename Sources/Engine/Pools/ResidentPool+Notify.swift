import ProcessHost
import Supervision

/// What workers say of themselves over their pool's notify socket, in the protocol of systemd.
extension ResidentPool {
    /// Made with the first worker. Without it the pool works all the same, unless its workers have to say that they are ready.
    func openNotifySocket() {
        guard notifySocket == nil else { return }
        // A number of its own: a pool that is being removed may have the same name.
        let path = "\(context.runtimeDirectory)/notify-\(settings.name).\(context.nextNumber()).sock"
        let mode: UInt32 = settings.user == nil ? 0o600 : 0o666
        do throws(SystemCallFailure) {
            // The kernel tells who sends, so that others may be let in.
            notifySocket = try context.host.openNotifySocket(path: path, mode: mode)
        } catch {
            context.emit(.notifySocketFailed(pool: settings.name, path: path, message: "\(error)"))
        }
    }

    func closeNotifySocket() {
        guard let socket = notifySocket else { return }
        notifySocket = nil
        context.host.closeNotifySocket(socket)
    }

    func notified(_ message: NotifyMessage, by worker: Worker) {
        let now = context.time.uptime()
        if let status = message.status { worker.statusText = status.isEmpty ? nil : status }
        if let interval = message.watchdogInterval { worker.watchdog = interval > .zero ? interval : nil }
        if let extra = message.extendTimeout { extendDeadline(of: worker, by: extra) }
        if message.ready, settings.kind == .service { booted(worker) }
        if message.stopping { leavingByItself(worker) }
        if message.watchdogTrigger { return stop(worker, .watchdog(.zero)) }
        if message.watchdog || message.ready || message.watchdogInterval != nil {
            worker.watchdogAt = worker.watchdog.map { now + $0 }
        }
        arm(worker)
    }

    /// The state that it is in may last so much longer, from now on: for a start or a stop that is making progress.
    private func extendDeadline(of worker: Worker, by extra: Duration) {
        guard let deadline = worker.stateDeadline, worker.state != .killing else { return }
        worker.stateDeadline = max(deadline, context.time.uptime() + extra)
    }

    /// A service that stops by itself gets the time that one gets which was asked to.
    private func leavingByItself(_ worker: Worker) {
        guard settings.kind == .service, worker.state.isCapacity else { return }
        worker.statusText = worker.statusText ?? "stopping"
        worker.watchdog = nil
    }
}
