import JobModel
import NIOCore
import ProcessHost
import Supervision

/// How workers end: the drain, the deadlines of their jobs, SIGTERM and SIGKILL, and what their exit means.
extension SocketPool {
    /// How long a connection may outlive its process: a descendant may hold it.
    private static let lingering: TimeAmount = .milliseconds(50)

    /// No new job; it returns what it has not started, finishes the rest, and leaves.
    func drain(_ worker: Worker, why: String) {
        guard worker.state != .draining, worker.state != .stopping else { return }
        let wasStarting = worker.state == .starting
        worker.stopReason = why
        guard worker.apply(.drain, at: context.time.now()) else { return }
        context.emit(.workerStopping(worker.named, why: why))
        if wasStarting { stop(worker, why: why) } else { worker.link?.drain() }
        arm(worker)
    }

    /// It said BYE: it has nothing in hand. What crossed its word on the wire was never begun.
    func left(_ worker: Worker, why: String) {
        worker.leftByItself = worker.state == .starting || worker.state.isCapacity
        drain(worker, why: why)
        let (running, waiting) = worker.jobs.removeAll()
        giveBack(running + waiting, of: worker)
        arm(worker)
    }

    /// SIGTERM now, SIGKILL after the grace.
    func stop(_ worker: Worker, why: String) {
        worker.stopReason = worker.stopReason ?? why
        guard worker.apply(.stop, at: context.time.now()) else { return }
        context.emit(.workerStopping(worker.named, why: why))
        worker.process?.terminate()
        arm(worker)
    }

    // MARK: Deadlines

    /// When something is to be done about this worker, unless something happens before.
    private func nextStep(of worker: Worker) -> Duration? {
        let grace = settings.stopGrace
        let since = context.time.uptime()
        switch worker.state {
        case .starting: return worker.spawnedAt + settings.bootTimeout
        case .ready: return nil
        case .busy:
            let recall = worker.jobs.waiting.isEmpty || worker.isRecalled ? nil : worker.jobs.earliestStart
            return [worker.jobs.nextDeadline, recall.map { $0 + PrefetchRule.patience }].compactMap { $0 }.min()
        case .draining: return worker.jobs.isEmpty ? since + grace : worker.jobs.nextDeadline
        case .stopping: return since + grace
        case .exited: return nil
        }
    }

    /// Arms the worker's one timer for its next step; an earlier timer that is armed looks again by itself.
    func arm(_ worker: Worker) {
        guard let instant = nextStep(of: worker) else { return }
        if let armed = worker.timerAt, armed <= instant { return }
        worker.timer?.cancel()
        worker.timerAt = instant
        let state = worker.state
        let handsWereEmpty = worker.jobs.isEmpty
        worker.timer = context.schedule(at: instant) {
            worker.timer = nil
            worker.timerAt = nil
            self.due(worker, armedIn: state, handsWereEmpty: handsWereEmpty)
        }
    }

    private func due(_ worker: Worker, armedIn state: WorkerState, handsWereEmpty: Bool) {
        let now = context.time.uptime()
        switch worker.state {
        case .starting:
            if now >= worker.spawnedAt + settings.bootTimeout {
                worker.isAtFault = true
                stop(worker, why: "not ready within \(settings.bootTimeout.inSeconds) s of its start")
            }
        case .draining where worker.jobs.isEmpty:
            // It has nothing to do any more: the grace counts from the moment its hands were empty.
            if state == .draining, handsWereEmpty { stop(worker, why: "did not leave after its last job") }
        case .busy, .draining:
            worker.jobs.tightenBounds()
            stepJobs(of: worker, at: now)
        case .stopping:
            if state == .stopping { worker.process?.killTree() }
        case .ready, .exited: break
        }
        arm(worker)
    }

    private func stepJobs(of worker: Worker, at now: Duration) {
        for job in worker.jobs.running where job.deadline.map({ $0 <= now }) ?? false {
            let step = job.endingStep + 1
            worker.jobs.update(job.lease) { job in
                job.ending = job.ending ?? .timeout
                job.endingStep = step
                job.deadline = step < 3 ? now + settings.stopGrace : nil
            }
            switch step {
            case 1: worker.link?.cancel(job.lease)
            case 2: stop(worker, why: "job \(job.lease.job) did not end when it was asked to")
            default: worker.process?.killTree()
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

    // MARK: The end

    /// The connection ended, or broke the protocol. The process is another matter.
    func disconnected(_ worker: Worker, why: String?) {
        worker.link = nil
        if worker.exit != nil {
            finish(worker)
        } else if worker.state == .draining, worker.jobs.isEmpty {
            arm(worker)
        } else if worker.state != .stopping {
            worker.isAtFault = true
            // Mostly it died, and the word of its exit is on the way.
            context.loop.assumeIsolated().scheduleTask(in: Self.lingering) {
                if worker.exit == nil { self.stop(worker, why: why ?? "closed its connection") }
            }
        }
    }

    func exited(_ worker: Worker, _ exit: ProcessExit, in slot: Slot) {
        worker.exit = exit
        guard let link = worker.link else { return finish(worker) }
        // What it wrote before its death is still in the socket: everything up to the end of the stream counts.
        context.loop.assumeIsolated().scheduleTask(in: Self.lingering) { link.close() }
    }

    /// Process and connection are gone: settles what was in its hands, and starts the next one.
    private func finish(_ worker: Worker) {
        guard let exit = worker.exit, let slot = slots.first(where: { $0.worker === worker }) else { return }
        let wasAsked =
            !worker.isAtFault && (worker.state == .stopping || (worker.state == .draining && exit.isSuccess))
        let now = context.time.uptime()
        let isHealthy =
            (wasAsked && !worker.leftByItself) || worker.completed > 0
            || now - (worker.readyAt ?? now) >= RestartBackoff.healthyAfter
        worker.apply(.exit, at: context.time.now())
        worker.timer?.cancel()
        context.expected[worker.token] = nil
        worker.process?.killTree()
        let words = worker.stopReason.map { "\(exit.words), after: \($0)" } ?? exit.words
        let end = EngineEvent.WorkerEnd(
            words: words, isExpected: wasAsked && isHealthy,
            foreignSignal: worker.stopReason == nil ? exit.signalName : nil,
            jobs: worker.jobs.running.map(\.lease.job), peakRSSBytes: exit.maxResidentBytes)
        context.emit(.workerExited(worker.named, end))
        lastExit = "\(worker.name) \(words)"
        giveBackJobs(of: worker, exit: exit, wasAsked: wasAsked)
        slot.worker = nil
        restart(slot, healthy: isHealthy)
        placeSuspects()
        context.pump()
        context.processEnded()
    }

    private func giveBackJobs(of worker: Worker, exit: ProcessExit, wasAsked: Bool) {
        let (running, waiting) = worker.jobs.removeAll()
        let crashed = wasAsked ? [] : running.filter { $0.ending == nil }
        let message = "worker \(worker.name) \(exit.words)"
        let report = AttemptReport.crashed(type: exit.shortName, message: message)
        let ends = crashed.map { AttemptEnd(job: $0, report: report, startedAt: startOnTheWall(of: $0)) }
        for job in crashed { context.progress.forget(job.lease.job) }
        context.settler.settle(ends, worker: worker.name, link: nil)
        giveBack((wasAsked ? running : running.filter { $0.ending != nil }) + waiting, of: worker)
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
