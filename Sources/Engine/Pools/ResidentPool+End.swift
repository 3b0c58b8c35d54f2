import JobModel
import NIOCore
import ProcessHost
import Supervision

/// How workers end, what that says about their jobs, and who takes their place.
extension ResidentPool {
    /// How long a connection may outlive its process: a descendant may hold it.
    private static let lingering: TimeAmount = .milliseconds(50)
    /// How long a job whose worker died waits when the pool is degraded or in doubt, so that another one is tried next.
    private static let degradedDelay = PoolHealth.canaryInterval * 2

    /// It said BYE: it has nothing in hand. What crossed its word on the wire was never begun.
    func left(_ worker: Worker, why: String) {
        leave(worker, .left(why))
        let (running, waiting) = worker.jobs.removeAll()
        giveBack(running + waiting, of: worker)
        if worker.state == .draining { startLeaving(worker) }
        arm(worker)
    }

    /// The connection ended, or broke the protocol. The process is another matter.
    func disconnected(_ worker: Worker, why: String?) {
        worker.link = nil
        if worker.exit != nil {
            apply(.exit, to: worker)
        } else if worker.state == .draining, worker.jobs.isEmpty {
            arm(worker)
        } else if worker.state.next(after: .stop) != nil {
            // Mostly it died, and the word of its exit is on the way.
            context.loop.assumeIsolated().scheduleTask(in: Self.lingering) {
                if worker.exit == nil { self.stop(worker, .lostConnection(why ?? "it closed its connection")) }
            }
        }
    }

    func exited(_ worker: Worker, _ exit: ProcessExit) {
        worker.exit = exit
        guard let link = worker.link else {
            apply(.exit, to: worker)
            return
        }
        // What it wrote before its death is still in the socket: everything up to the end of the stream counts.
        context.loop.assumeIsolated().scheduleTask(in: Self.lingering) { link.close() }
    }

    func spawnFailed(_ error: SpawnError, of worker: Worker) {
        guard worker.move(.exit, at: context.time.now()) != nil else { return }
        let cause = worker.stopReason.map(EndCause.stopped) ?? .spawnFailed(error.words)
        let isFault = (worker.stopReason?.isFault ?? true) && !worker.isAbandoned
        record(worker, cause, isExpected: !isFault)
        let delay = vacate(worker, cause, isFault: isFault, degradation: isFault ? countDeath(jobs: []) : nil)
        if worker.stopReason == nil {
            context.emit(.spawnFailed(pool: settings.name, message: error.words, retryIn: delay))
        }
        context.processEnded()
    }

    /// Process and connection are gone: settles what was in its hands, and fills its place.
    func bury(_ worker: Worker) {
        guard let exit = worker.exit else { return }
        worker.process?.killTree()
        let isAsked = worker.wasAsked(exit)
        let cause = EndCause(exit, after: isAsked ? worker.stopReason : nil, peakBytes: worker.peakMemoryBytes)
        let now = context.time.uptime()
        let isDeath = !isAsked || (worker.stopReason?.isDeath ?? true) || worker.endedInVain(at: now)
        // One that the kernel did not let go of was counted when it was given up.
        let isFault = isDeath && !worker.isAbandoned
        // What was stopped for its memory or its job's time is told of, though the pool is none the worse for it.
        record(worker, cause, isExpected: !isFault && !(worker.stopReason?.isFault ?? false))
        let crashed = charge(worker, isCrash: !isAsked || (worker.stopReason?.isDeath ?? false))
        // A generation that is being brought in, or was taken back, goes the rollout's way. On the way back there is none left.
        if cause.isHold, worker.generation === generation, rollout?.isGoingBack ?? true { hold(because: worker) }
        let degradation = isFault ? countDeath(jobs: crashed) : nil
        // Before a rollout begins to judge anew: what is known of the pool now is what the jobs are judged by.
        giveBackJobs(of: worker, cause, crashed: crashed)
        vacate(worker, cause, isFault: isFault, degradation: degradation)
        context.pump()
        placeSuspects()
        context.processEnded()
    }

    /// The kernel does not let go of it. It can run no code any more, so its jobs may run elsewhere.
    func abandon(_ worker: Worker) {
        worker.isAbandoned = true
        let jobs = worker.jobs.running.map(\.lease.job)
        context.emit(.workerUnkillable(worker.named, jobs: jobs))
        ends.add(end(of: worker, .unkillable, isExpected: false))
        worker.link?.close()
        worker.link = nil
        // Its exit may never come: why it was ended says what it is to its jobs. A job that makes each of its workers
        // unkillable has to be given up some time.
        let reason = worker.stopReason ?? .didNotLeave
        let cause = EndCause(.unknown, after: reason)
        let crashed = charge(worker, isCrash: reason.isDeath)
        let degradation = worker.slot != nil || !crashed.isEmpty ? countDeath(jobs: crashed) : nil
        giveBackJobs(of: worker, cause, crashed: crashed)
        if worker.slot != nil {
            vacate(worker, cause, isFault: true, degradation: degradation)
            leaving.append(worker)
        }
        context.pump()
        placeSuspects()
        // It is not waited for: it may have been the last one.
        context.processEnded()
    }

    private func record(_ worker: Worker, _ cause: EndCause, isExpected: Bool) {
        worker.timer?.cancel()
        context.expected[worker.token] = nil
        let end = end(of: worker, cause, isExpected: isExpected)
        // One that was given up has its end already.
        if !worker.isAbandoned { ends.add(end) }
        if case .spawnFailed = cause { return }
        context.emit(.workerExited(worker.named, end))
    }

    private func end(of worker: Worker, _ cause: EndCause, isExpected: Bool) -> WorkerEnd {
        WorkerEnd(
            worker: worker.name, pid: worker.pid, at: context.time.now(), cause: cause, exit: worker.exit,
            isExpected: isExpected, isAsked: worker.stopReason != nil, jobs: worker.jobs.running.map(\.lease.job),
            peakMemoryBytes: worker.peakMemoryBytes, lastWords: worker.lastWords)
    }

    /// Takes a worker out of its place and sees to the next one; gives how long that waits, `nil` when none follows there by itself.
    @discardableResult
    private func vacate(_ worker: Worker, _ cause: EndCause, isFault: Bool, degradation: String?) -> Duration? {
        leaving.removeAll { $0 === worker }
        let slot = worker.slot
        worker.slot = nil
        let delay = slot.flatMap { leavePlace(worker, cause, in: $0, isFault: isFault) }
        regroup()
        // One that had done well before it died is for the rate of failures to judge, unless it wants no other start.
        let isUnproved = degradation != nil || cause.isHold || !worker.isHealthy(at: context.time.uptime())
        if isFault, let slot, isBeingBroughtIn(worker), isUnproved {
            slot.reachedBy = 0
            rolloutLost(worker, cause, degradation: degradation)
        } else {
            advance()
        }
        return delay
    }

    /// Counts what ran in it against its generation; gives the jobs against which its end may count.
    private func charge(_ worker: Worker, isCrash: Bool) -> [Lease] {
        let crashed = isCrash ? worker.jobs.running.filter { $0.ending == nil } : []
        worker.generation.failed += crashed.count + worker.jobs.running.count { $0.ending == .timeout }
        return crashed.map(\.lease)
    }

    /// Says why the pool became degraded by it, if it did.
    private func countDeath(jobs: [Lease]) -> String? {
        let numbers = jobs.map(\.job.rawValue)
        guard !isDraining, health.death(at: context.time.uptime(), jobs: numbers, wanted: wanted),
            case .degraded(let why) = health.state
        else { return nil }
        context.emit(.poolDegraded(pool: settings.name, why: why))
        return why
    }

    private func leavePlace(_ worker: Worker, _ cause: EndCause, in slot: Slot, isFault: Bool) -> Duration? {
        if slot.successor === worker {
            slot.successor = nil
            successorEnded(in: slot, isFault: isFault)
            return nil
        }
        slot.worker = slot.successor
        slot.successor = nil
        if slot.worker != nil { return nil }
        return restart(slot, after: worker, cause, isFault: isFault)
    }

    private func restart(_ slot: Slot, after worker: Worker, _ cause: EndCause, isFault: Bool) -> Duration? {
        guard !isDraining else { return nil }
        if health.isHeld { return nil }
        // The way back, which is begun for this, fills the place; not with another one of these.
        if cause.isHold, isBeingBroughtIn(worker) { return nil }
        if isFault { counts.restarts += 1 } else { counts.recycled += 1 }
        if !isFault || worker.isHealthy(at: context.time.uptime()) { slot.backoff.healthy() }
        let now = context.time.uptime()
        let delay = slot.backoff.death(using: &context.random)
        // In a degraded pool it waits for its turn as the canary.
        let told = health.earliestStart(at: now).map { max(delay, $0 - now) }
        if delay == .zero { fill(slot) } else { fill(slot, at: now + delay) }
        return told
    }

    private func hold(because worker: Worker) {
        let why = "worker \(worker.name) ended with exit code \(PoolHealth.holdExitCode), which asks for no other start"
        health.hold(why: why)
        for slot in slots where slot.worker == nil { slot.restart?.cancel() }
        context.emit(.poolHeld(pool: settings.name, why: why))
    }

    // MARK: Its jobs

    /// Their worker said that they failed, after it was stopped under them.
    func giveBack(_ jobs: [InFlightJob], interruptedIn worker: Worker) {
        guard let reason = worker.stopReason else { return }
        settleInterrupted(jobs, of: worker, EndCause(.unknown, after: reason), crashed: [])
    }

    private func giveBackJobs(of worker: Worker, _ cause: EndCause, crashed: [Lease]) {
        let (running, waiting) = worker.jobs.removeAll()
        settleInterrupted(running, of: worker, cause, crashed: crashed)
        giveBack(Array(waiting), of: worker)
    }

    private func settleInterrupted(
        _ running: [InFlightJob], of worker: Worker, _ cause: EndCause, crashed: [Lease]
    ) {
        let message = "worker \(worker.name) \(cause.words)"
        var ends: [AttemptEnd] = []
        var rest: [InFlightJob] = []
        for job in running {
            guard job.ending == nil, let report = report(on: job, cause, message, isCrash: crashed.contains(job.lease))
            else {
                rest.append(job)
                continue
            }
            context.progress.forget(job.lease.job)
            ends.append(AttemptEnd(job: job, report: report, startedAt: startOnTheWall(of: job)))
        }
        context.settler.settle(ends, worker: worker.name, link: nil)
        giveBack(rest, of: worker)
    }

    /// What its worker's end says about a job that ran in it; `nil` when nothing.
    private func report(on job: InFlightJob, _ cause: EndCause, _ message: String, isCrash: Bool) -> AttemptReport? {
        switch cause {
        case .memoryLimit: return .interrupted(type: cause.failureType, message: message)
        // The kernel was quicker than the worker, which was being stopped for its memory.
        case .outOfMemory where !isCrash: return .interrupted(type: cause.failureType, message: message)
        default: break
        }
        guard isCrash else { return nil }
        guard !health.isDegraded else {
            let words = "\(message); the pool is degraded, so it is not counted against the job"
            return .snooze(for: Self.degradedDelay, reason: words)
        }
        if job.crashes + 1 >= JobPolicy.crashLimit, health.excuses(job: job.lease.job.rawValue) {
            let words = "\(message), as others of the pool did with other jobs: it is not counted against this one"
            return .snooze(for: Self.degradedDelay, reason: words)
        }
        return .crashed(type: cause.failureType, message: message)
    }

    /// Jobs that end through no fault of theirs: back to the queue, but for those that were being ended anyway.
    private func giveBack(_ jobs: [InFlightJob], of worker: Worker) {
        var ends: [AttemptEnd] = []
        var interrupted: [Lease] = []
        for job in jobs {
            context.progress.forget(job.lease.job)
            switch job.ending {
            case .timeout:
                let report = AttemptReport.timedOut(limit: job.timeout ?? .zero)
                ends.append(AttemptEnd(job: job, report: report, startedAt: startOnTheWall(of: job)))
            case .cancel:
                ends.append(AttemptEnd(job: job, report: .cancelled, startedAt: startOnTheWall(of: job)))
            case nil: interrupted.append(job.lease)
            }
        }
        if !interrupted.isEmpty { context.store.release(interrupted) }
        context.settler.settle(ends, worker: worker.name, link: nil)
    }

    private func startOnTheWall(of job: InFlightJob) -> Timestamp {
        let now = context.time.uptime()
        return context.time.now() - (now - (job.startedAt ?? now))
    }
}

extension Worker {
    /// Whether it ended because it was to end, and not before that by itself.
    fileprivate func wasAsked(_ exit: ProcessExit) -> Bool {
        guard stopReason != nil else { return false }
        return hasBeenSignalled || exit.isSuccess
    }

    /// It left by itself, or took too much memory, and had done nothing: starting it again at once would go on for ever.
    fileprivate func endedInVain(at now: Duration) -> Bool {
        switch stopReason {
        case .left: !isHealthy(at: now)
        // With a job in hand it may be the job that took the memory.
        case .memoryLimit: !isHealthy(at: now) && jobs.isEmpty
        default: false
        }
    }

    func isHealthy(at now: Duration) -> Bool {
        completed > 0 || now - (readyAt ?? now) >= RestartBackoff.healthyAfter
    }
}

extension StopReason {
    /// Whether a worker that is ended for it counts as one that died, and its jobs as crashed.
    fileprivate var isDeath: Bool {
        switch self {
        case .bootTimeout, .watchdog, .lostConnection: true
        default: false
        }
    }
}
