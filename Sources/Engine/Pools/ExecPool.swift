import JobModel
import NIOCore
import ProcessHost
import Supervision

/// A pool that runs one program for each job. Lives on the engine's event loop.
final class ExecPool: WorkerPool {
    private(set) var settings: PoolSettings
    var configured: PoolSettings
    var takenBack: PoolSettings? { nil }
    private let context: EngineContext
    private(set) var wanted = 0
    private(set) var runs: [ExecRun] = []
    /// Given up, and not gone: the kernel does not let go of them.
    private var held: [ExecRun] = []
    private var ends = RecentEnds()
    private var completed = 0
    private var busySeconds = 0.0
    private var failed = 0
    private(set) var isDraining = false
    var isScaled = false
    private(set) var isRemoved = false
    var putOffRule = PutOffRule()
    private var backoff = RestartBackoff()
    private var health: PoolHealth
    /// Armed while the pool pauses because its program cannot be started, or dies too often.
    private var pause: Scheduled<Void>?

    init(settings: PoolSettings, context: EngineContext) {
        self.settings = settings
        configured = settings
        self.context = context
        health = PoolHealth(settings.restart)
    }

    var isEmpty: Bool { runs.isEmpty }
    var demand: Int {
        if isDraining || pause != nil { return 0 }
        // One at a time, until one does well.
        return health.isDegraded ? (runs.isEmpty ? min(1, wanted) : 0) : max(0, wanted - runs.count)
    }

    func start(with wanted: Int) {
        scale(to: wanted)
    }

    func scale(to wanted: Int) {
        self.wanted = min(max(wanted, settings.bounds.lowerBound), settings.bounds.upperBound)
        context.pump()
    }

    func take(_ jobs: [ClaimedJob]) {
        for job in jobs { launch(job) }
    }

    func drain() {
        isDraining = true
        pause?.cancel()
    }

    func close() {}

    func hurry() {
        for run in runs {
            stop(run, .hurry)
            if case .memoryLimit = run.stopReason { continue }
            // Also one that was stopped before, and given a long time.
            armKill(of: run, after: min(settings.stopGrace, .seconds(10)))
        }
    }

    func cancel(_ lease: Lease) -> Bool {
        guard let run = runs.first(where: { $0.job.lease == lease }) else { return false }
        run.job.ending = run.job.ending ?? .cancel
        stop(run, .jobCancelled(job: lease.job.description))
        return true
    }

    // MARK: One run

    private func launch(_ job: ClaimedJob) {
        var inFlight = InFlightJob(job)
        inFlight.start(at: context.time.uptime())
        let run = ExecRun(
            name: "\(settings.name)-\(context.nextSerial(of: settings.name))", pool: settings.name, job: inFlight,
            startedAt: context.time.now())
        runs.append(run)
        var request = SpawnRequest(pool: settings, worker: run.name, environment: environment(of: run, job))
        request.standardInput = .bytes(job.payload)
        request.output = .captureStandardOutput(limitBytes: context.limits.resultBytes)
        let me = NIOLoopBound((self, run), eventLoop: context.loop)
        let loop = context.loop
        context.started()
        run.process = context.host.start(request) { event in
            loop.execute {
                let (pool, run) = me.value
                pool.happened(event, to: run)
            }
        }
        if let deadline = inFlight.deadline {
            run.timer = context.schedule(at: deadline) {
                run.job.ending = run.job.ending ?? .timeout
                self.stop(run, .jobTimeout(job: run.job.lease.job.description))
            }
        }
    }

    private func environment(of run: ExecRun, _ job: ClaimedJob) -> [String: String] {
        var environment = settings.environment
        environment.merge([
            "JOBSUP_RUNTIME_DIRECTORY": context.runtimeDirectory,
            "JOBSUP_POOL": settings.name,
            "JOBSUP_WORKER": run.name,
            "JOBSUP_JOB_ID": job.id.description,
            "JOBSUP_JOB_TYPE": job.type,
            "JOBSUP_QUEUE": job.queue,
            "JOBSUP_ATTEMPT": String(job.attempt),
            "JOBSUP_MAX_ATTEMPTS": String(job.maxAttempts),
        ]) { _, own in own }
        // Removes it where the job has none: a program must not take anything else for it.
        environment["JOBSUP_REQUEST_ID"] = job.requestID
        return environment
    }

    /// SIGTERM to the program's process group now, SIGKILL to the whole tree after the grace.
    private func stop(_ run: ExecRun, _ reason: StopReason) {
        guard run.stopReason == nil else { return }
        run.stopReason = reason
        context.emit(.workerStopping(run.named, why: reason.words))
        run.process?.terminate()
        armKill(of: run, after: settings.stopGrace)
    }

    /// One that was sent SIGTERM before may have been given long to end; here it was asked often enough.
    private func stopForMemory(_ run: ExecRun, _ reason: StopReason) {
        if case .memoryLimit = run.stopReason { return }
        let wasAsked = run.stopReason != nil
        run.stopReason = nil
        stop(run, reason)
        armKill(of: run, after: wasAsked ? .zero : min(settings.stopGrace, ResidentPool.hardLimitGrace))
    }

    /// Sets the time of its SIGKILL, unless that is earlier already or over: who asks again does not put it off.
    private func armKill(of run: ExecRun, after grace: Duration) {
        let instant = context.time.uptime() + grace
        if let known = run.killAt, known <= instant { return }
        run.killAt = instant
        run.timer?.cancel()
        run.timer = context.schedule(at: instant) {
            run.process?.killTree()
            run.timer = self.context.schedule(at: self.context.time.uptime() + ResidentPool.killLimit) {
                self.abandon(run)
            }
        }
    }

    /// The kernel does not let go of it. It can run no code any more, so its job may run elsewhere.
    private func abandon(_ run: ExecRun) {
        guard runs.contains(where: { $0 === run }) else { return }
        context.emit(.workerUnkillable(run.named, jobs: [run.job.lease.job]))
        ends.add(
            WorkerEnd(
                worker: run.name, pid: run.pid, at: context.time.now(), cause: .unkillable, exit: nil,
                isExpected: false,
                isAsked: true, jobs: [run.job.lease.job], peakMemoryBytes: run.peakMemoryBytes, lastWords: run.lastWords
            ))
        remove(run)
        held.append(run)
        let cause = EndCause(.unknown, after: run.stopReason)
        let report: AttemptReport? =
            switch (run.job.ending, cause) {
            case (.timeout, _): .timedOut(limit: run.job.timeout ?? .zero)
            case (.cancel, _): .cancelled
            case (nil, .memoryLimit): .interrupted(type: cause.failureType, message: "\(run.name) \(cause.words)")
            case (nil, _): nil
            }
        if let report {
            let end = AttemptEnd(job: run.job, report: report, startedAt: run.startedAt)
            context.settler.settle([end], worker: run.name, link: nil)
        } else {
            context.store.release([run.job.lease])
        }
        context.pump()
        context.processEnded()
    }

    private func happened(_ event: ProcessEvent, to run: ExecRun) {
        switch event {
        case .started(let pid):
            run.pid = pid
        case .lines(let lines):
            for line in lines {
                run.heard(line)
                context.emit(
                    .workerOutput(run.named, job: run.namedJob, stream: line.streamName, text: line.text))
            }
        case .notified: break
        case .failed(let error): spawnFailed(run, error)
        case .exited(let exit): exited(run, exit)
        }
    }

    /// The pool's program is at fault, not the job: the job goes back, the pool pauses.
    private func spawnFailed(_ run: ExecRun, _ error: SpawnError) {
        guard runs.contains(where: { $0 === run }) else { return }
        remove(run)
        if run.job.ending == .cancel {
            let end = AttemptEnd(job: run.job, report: .cancelled, startedAt: run.startedAt)
            context.settler.settle([end], worker: run.name, link: nil)
        } else {
            context.store.release([run.job.lease])
        }
        defer { context.processEnded() }
        // Other runs of the same claim may have failed with it: one pause for all.
        guard pause == nil else { return }
        let delay = max(RestartBackoff.base, backoff.death(using: &context.random))
        let cause = EndCause.spawnFailed(error.words)
        ends.add(
            WorkerEnd(
                worker: run.name, pid: nil, at: context.time.now(), cause: cause, exit: nil, isExpected: false,
                isAsked: false, jobs: [run.job.lease.job]))
        context.emit(.spawnFailed(pool: settings.name, message: error.words, retryIn: isDraining ? nil : delay))
        guard !isDraining else { return }
        pauseFor(delay)
    }

    private func exited(_ run: ExecRun, _ exit: ProcessExit) {
        // It was given up, and its job is settled.
        guard runs.contains(where: { $0 === run }) else { return held.removeAll { $0 === run } }
        run.process?.killTree()
        remove(run)
        backoff.healthy()
        let end = run.end(exit, at: context.time.now())
        let report = run.report(on: exit, end.cause, resultLimitBytes: context.limits.resultBytes)
        busySeconds += context.time.now().since(run.startedAt).inSeconds
        if exit.isDeath {
            ends.add(end)
            context.emit(.workerExited(run.named, end))
        }
        if let report {
            if case .done = report { completed += 1 } else { failed += 1 }
            if run.stopReason == nil { judge(run, report) }
            let end = AttemptEnd(job: run.job, report: spared(report), startedAt: run.startedAt)
            context.settler.settle([end], worker: run.name, link: nil)
        } else {
            // Ended by the daemon's own stop: interrupted, no fault of the job.
            context.store.release([run.job.lease])
        }
        context.pump()
        context.processEnded()
    }

    /// What a run says about the program: one that dies with many different jobs is broken, and the jobs are not.
    private func judge(_ run: ExecRun, _ report: AttemptReport) {
        switch report {
        case .done:
            health.completedJob()
            if health.recover() { context.emit(.poolRecovered(pool: settings.name)) }
        case .crashed:
            let wasDegraded = health.isDegraded
            let isNew = health.death(
                at: context.time.uptime(), jobs: [run.job.lease.job.rawValue], wanted: wanted)
            if isNew, case .degraded(let why) = health.state {
                context.emit(.poolDegraded(pool: settings.name, why: why))
            }
            if isNew || wasDegraded, pause == nil { pauseFor(PoolHealth.canaryInterval) }
        default: break
        }
    }

    /// In a degraded pool a death is not counted against the job; it waits, so that the next one gets its turn.
    private func spared(_ report: AttemptReport) -> AttemptReport {
        guard health.isDegraded, case .crashed(_, let message) = report else { return report }
        let words = "\(message); the pool is degraded, so it is not counted against the job"
        return .snooze(for: PoolHealth.canaryInterval * 2, reason: words)
    }

    private func pauseFor(_ delay: Duration) {
        pause = context.schedule(at: context.time.uptime() + delay) {
            self.pause = nil
            self.context.pump()
        }
    }

    private func remove(_ run: ExecRun) {
        run.timer?.cancel()
        runs.removeAll { $0 === run }
    }

    func runningMemory() -> [(type: String, usedBytes: Int)] {
        runs.map { (type: $0.job.type, usedBytes: $0.memoryBytes ?? 0) }
    }

    var wantsMeasuring: Bool {
        let isCounted = settings.watchedMemory.watchesMemory || context.limitsMemoryByType()
        return (isCounted || context.budgetsMemory()) && !runs.isEmpty
    }

    var isNearMemoryLimit: Bool { !runs.isEmpty }

    func measured(_ bytes: [UInt64: Int]) {
        for run in runs {
            guard let id = run.process?.id, let bytes = bytes[id] else { continue }
            run.memoryBytes = bytes
            run.peakMemoryBytes = max(run.peakMemoryBytes ?? 0, bytes)
            let limit = [settings.watchedMemory.memoryHardBytes, context.memoryLimit(run.job.type)].compactMap(\.self)
                .min()
            if let limit, bytes > limit { stopForMemory(run, .memoryLimit(bytes: bytes, limit: limit)) }
        }
    }

    /// The next runs are made by these; those under way end as they began.
    func change(to settings: PoolSettings) {
        let isResized = settings.processes != self.settings.processes || settings.bounds != self.settings.bounds
        self.settings = settings
        health.policy = settings.restart
        scale(to: isResized && !isScaled ? settings.processes : wanted)
    }

    /// The pause was for the program before.
    func rollOut(_ settings: PoolSettings) {
        change(to: settings)
        resume()
    }

    func remove() {
        isRemoved = true
        drain()
    }

    func resume() {
        pause?.cancel()
        pause = nil
        backoff.healthy()
        if health.recover() { context.emit(.poolRecovered(pool: settings.name)) }
        context.pump()
    }

    var attempts: Int { completed + failed }

    func reading() -> PoolReading {
        let now = context.time.now()
        return PoolReading(
            workers: .init(busy: runs.count), running: runs.count, attempts: attempts,
            busySeconds: runs.reduce(busySeconds) { $0 + now.since($1.startedAt).inSeconds },
            workerBytes: runs.compactMap(\.memoryBytes).percentile95, bootTime: .zero)
    }

    func status() -> PoolStatus {
        let workers = (runs + held).map { run in
            let isHeld = held.contains { $0 === run }
            return WorkerStatus(
                name: run.name, pool: settings.name, pid: run.pid,
                state: isHeld ? .unkillable : run.stopReason == nil ? .busy : .stopping, since: run.startedAt,
                jobs: isHeld
                    ? []
                    : [
                        RunningJob(
                            id: run.job.lease.job, type: run.job.type, since: run.startedAt, limit: run.job.timeout)
                    ],
                completed: 0, failed: 0, build: "", generation: 1, memoryBytes: run.memoryBytes, statusText: nil,
                note: run.stopReason?.words)
        }
        return PoolStatus(
            settings: settings, isRemoved: isRemoved, wanted: isDraining ? 0 : wanted, health: health.state,
            generation: 1, rollout: .none, workers: workers, backoff: isDraining || pause == nil ? 0 : wanted,
            restarts: 0, recycled: 0, completed: completed, failed: failed, ends: ends.all)
    }
}
