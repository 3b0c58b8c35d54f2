import ProcessHost
import Supervision

/// What workers say of themselves over their pool's notify socket, in the protocol of systemd.
extension ResidentPool {
    /// Made when the pool starts. Without it the pool works all the same, unless its workers have to say that they are ready.
    func openNotifySocket() {
        guard notifySocket == nil else { return }
        // A number of its own: a pool that is being removed may have the same name.
        let path = "\(context.runtimeDirectory)/notify-\(context.nextNumber()).sock"
        do throws(SystemCallFailure) {
            // The kernel tells who sends, so everybody may be let in: the pool's user can change with a reload.
            notifySocket = try context.host.openNotifySocket(path: path, mode: 0o666)
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

    /// The state that it is in may last so much longer, from now on: for a start or a stop that is making progress. One that is
    /// ended for what went wrong, or for a job that would not end, has no say in it.
    private func extendDeadline(of worker: Worker, by extra: Duration) {
        guard let deadline = worker.stateDeadline, worker.state != .killing, !isHurried else { return }
        guard worker.stopReason?.isForced != true else { return }
        worker.stateDeadline = max(deadline, context.time.uptime() + extra)
    }

    /// Who stops by itself is no capacity any more, ends its jobs, and gets the time that one gets which was asked to.
    func leavingByItself(_ worker: Worker) {
        guard worker.state.isCapacity else {
            // Its READY, over its connection, may come after this word.
            worker.hasSaidStopping = true
            return
        }
        worker.stopReason = .left("it said that it stops")
        context.emit(.workerStopping(worker.named, why: "it said that it stops"))
        apply(.drain, to: worker)
    }
}
