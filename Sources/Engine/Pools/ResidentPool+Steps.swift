import JobModel
import NIOCore
import Supervision

/// The state machine's actions, and all that happens to a worker because time passes.
extension ResidentPool {
    /// How long the kernel may take to end a process that was killed.
    static let killLimit: Duration = .seconds(10)
    /// A worker over its hard limit of memory is not given longer than this to clean up.
    static let hardLimitGrace: Duration = .seconds(2)

    /// Moves a worker by the table and does what that asks for; says whether anything changed.
    @discardableResult
    func apply(_ event: WorkerEvent, to worker: Worker) -> Bool {
        guard let actions = worker.move(event, at: context.time.now()) else { return false }
        for action in actions { perform(action, on: worker) }
        return true
    }

    private func perform(_ action: WorkerAction, on worker: Worker) {
        let now = context.time.uptime()
        switch action {
        case .welcome: welcome(worker)
        case .askToLeave:
            worker.link?.drain()
            if worker.jobs.isEmpty { startLeaving(worker) }
        case .terminate:
            worker.hasBeenSignalled = true
            settings.kind == .service ? worker.process?.terminateAlone() : worker.process?.terminate()
            var grace = settings.stopGrace
            if case .memoryLimit = worker.stopReason { grace = min(grace, Self.hardLimitGrace) }
            if isHurried { grace = hurryGrace }
            worker.stateDeadline = now + grace
        case .killTree:
            worker.hasBeenSignalled = true
            worker.process?.killTree()
            worker.stateDeadline = now + Self.killLimit
        case .abandon: abandon(worker)
        case .bury: bury(worker)
        }
    }

    /// Its hands are empty: it has the grace to leave.
    func startLeaving(_ worker: Worker) {
        worker.stateDeadline = context.time.uptime() + settings.stopGrace
    }

    /// It is to finish what it runs, and to leave.
    func leave(_ worker: Worker, _ reason: StopReason) {
        guard !worker.state.isLeaving else { return }
        worker.stopReason = reason
        context.emit(.workerStopping(worker.named, why: reason.words))
        apply(settings.kind == .service ? .stop : .drain, to: worker)
        arm(worker)
    }

    /// It is to end now: SIGTERM, grace, SIGKILL.
    func stop(_ worker: Worker, _ reason: StopReason) {
        guard worker.state.next(after: .stop) != nil else { return }
        if reason.isFault || worker.stopReason == nil { worker.stopReason = reason }
        context.emit(.workerStopping(worker.named, why: reason.words))
        apply(.stop, to: worker)
        arm(worker)
    }

    // MARK: Time

    /// When something is to be done about this worker, unless something happens before.
    private func nextStep(of worker: Worker) -> Duration? {
        var next = worker.stateDeadline
        func consider(_ instant: Duration?) {
            guard let instant else { return }
            if let known = next, known <= instant { return }
            next = instant
        }
        switch worker.state {
        case .ready, .busy:
            // Once its replacement is on the way its age is no step any more: a timer in the past would fire for ever.
            if worker.slot != nil, worker.recycleReason == nil {
                consider(worker.recycling.timeLimit.map { worker.spawnedAt + $0 })
            }
            consider(worker.watchdogAt)
            if worker.isCanary, health.isDegraded { consider(worker.readyAt.map { $0 + RestartBackoff.healthyAfter }) }
            if worker.slot?.successor === worker { consider(rolloutCheck(of: worker)) }
            if worker.state == .busy {
                consider(worker.jobs.nextDeadline)
                if !worker.jobs.waiting.isEmpty, !worker.isRecalled {
                    consider(worker.jobs.earliestStart.map { $0 + PrefetchRule.patience })
                }
            }
        case .draining:
            consider(worker.jobs.nextDeadline)
            if !worker.jobs.isEmpty { consider(worker.watchdogAt) }
        case .spawning, .starting, .stopping, .killing, .unkillable, .exited: break
        }
        return next
    }

    /// Arms the worker's one timer for its next step; an earlier timer that is armed looks again by itself.
    func arm(_ worker: Worker) {
        guard let instant = nextStep(of: worker) else { return }
        if let armed = worker.timerAt, armed <= instant { return }
        worker.timer?.cancel()
        worker.timerAt = instant
        worker.timer = context.schedule(at: instant) {
            worker.timer = nil
            worker.timerAt = nil
            self.due(worker)
        }
    }

    private func due(_ worker: Worker) {
        let now = context.time.uptime()
        if let deadline = worker.stateDeadline, deadline <= now {
            worker.stateDeadline = nil
            expired(worker)
        }
        // One that leaves with empty hands has the grace for that, and may be silent.
        if worker.state.isCapacity || (worker.state == .draining && !worker.jobs.isEmpty),
            let silent = worker.watchdogAt, silent <= now
        {
            stop(worker, .watchdog(worker.watchdog ?? .zero))
        }
        if worker.state.isCapacity {
            if worker.slot != nil, let reason = worker.recycling.lived(now - worker.spawnedAt) {
                recycle(worker, reason)
            }
            if worker.isCanary, health.isDegraded, let ready = worker.readyAt,
                now - ready >= RestartBackoff.healthyAfter
            {
                recovered()
            }
            advanceRollout()
        }
        if worker.state == .busy || worker.state == .draining {
            worker.jobs.tightenBounds()
            stepJobs(of: worker, at: now)
        }
        arm(worker)
    }

    /// The time that its state allows is over.
    private func expired(_ worker: Worker) {
        switch worker.state {
        case .spawning, .starting:
            if worker.state == .starting, readyAfter != nil { return booted(worker) }
            return stop(worker, .bootTimeout(settings.bootTimeout))
        case .draining:
            guard worker.jobs.isEmpty else { return }
            context.emit(.workerStopping(worker.named, why: StopReason.didNotLeave.words))
        case .ready, .busy, .stopping, .killing, .unkillable, .exited: break
        }
        apply(.expire, to: worker)
    }

    private func stepJobs(of worker: Worker, at now: Duration) {
        for job in worker.jobs.running where job.deadline.map({ $0 <= now }) ?? false {
            let step = job.endingStep + 1
            worker.jobs.update(job.lease) { job in
                job.ending = job.ending ?? .timeout
                job.endingStep = step
                job.deadline = step < 2 ? now + settings.stopGrace : nil
            }
            let id = job.lease.job.description
            if step == 1 {
                worker.link?.cancel(job.lease)
            } else {
                stop(worker, job.ending == .cancel ? .jobCancelled(job: id) : .jobTimeout(job: id))
            }
        }
        recallWaiting(of: worker, at: now)
    }

    private func recallWaiting(of worker: Worker, at now: Duration) {
        guard worker.state == .busy, !worker.isRecalled, !worker.jobs.waiting.isEmpty,
            let started = worker.jobs.earliestStart, now >= started + PrefetchRule.patience
        else { return }
        worker.isRecalled = true
        worker.prefetch.recordStall()
        worker.link?.recall()
    }
}
