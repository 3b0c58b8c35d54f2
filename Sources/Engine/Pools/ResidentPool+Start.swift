import JobModel
import NIOCore
import ProcessHost
import Supervision
import WorkerProtocol

/// How workers come to life.
extension ResidentPool {
    /// Fills a slot that has no worker, as soon as the pool's health allows it.
    func fill(_ slot: Slot) {
        slot.restart?.cancel()
        slot.restart = nil
        guard !isDraining, slot.worker == nil, slots.contains(where: { $0 === slot }) else { return }
        let now = context.time.uptime()
        guard let due = health.start(at: now) else { return }
        guard due <= now else { return fill(slot, at: due) }
        let worker = spawn(for: slot)
        worker.isCanary = health.isDegraded
        slot.worker = worker
        regroup()
    }

    func fill(_ slot: Slot, at instant: Duration) {
        slot.restart?.cancel()
        slot.restart = context.schedule(at: instant) { self.fill(slot) }
    }

    /// Starts a worker of the present generation; who asks puts it into its place.
    func spawn(for slot: Slot) -> Worker {
        let worker = Worker(
            name: "\(settings.name)-\(context.nextSerial(of: settings.name))", pool: settings.name,
            token: context.makeToken(), generation: generation,
            recycling: RecycleRule(settings.watchedMemory, using: &context.random), spawnedAt: context.time.uptime(),
            since: context.time.now())
        worker.slot = slot
        worker.stateDeadline = worker.spawnedAt + settings.bootTimeout
        if settings.kind == .socket { context.expected[worker.token] = (self, worker) }
        let request = SpawnRequest(
            pool: settings, worker: worker.name, environment: environment(of: worker), notifySocket: notifySocket)
        let me = NIOLoopBound((self, worker), eventLoop: context.loop)
        let loop = context.loop
        context.started()
        worker.process = context.host.start(request) { event in
            loop.execute {
                let (pool, worker) = me.value
                pool.happened(event, to: worker)
            }
        }
        arm(worker)
        return worker
    }

    private func environment(of worker: Worker) -> [String: String] {
        var own = [
            "JOBSUP_RUNTIME_DIRECTORY": context.runtimeDirectory,
            "JOBSUP_POOL": settings.name,
            "JOBSUP_WORKER": worker.name,
        ]
        if settings.kind == .socket {
            own["JOBSUP_SOCKET"] = context.workerSocketPath
            own["JOBSUP_TOKEN"] = worker.token
            own["JOBSUP_SLOTS"] = String(settings.concurrency)
            own["JOBSUP_OUTPUT_TAGS"] = "1"
            own["JOBSUP_QUEUES"] = settings.queues.joined(separator: ",")
        }
        // As the service manager does it; WATCHDOG_PID is left out, since nobody knows the number before the start.
        if let watchdog = settings.watchdog { own["WATCHDOG_USEC"] = String(watchdog.inMilliseconds * 1000) }
        return settings.environment.merging(own) { _, own in own }
    }

    private func happened(_ event: ProcessEvent, to worker: Worker) {
        switch event {
        case .started(let pid):
            worker.pid = pid
            context.emit(.workerStarted(worker.named))
            apply(.spawn, to: worker)
            if worker.state == .starting {
                worker.stateDeadline =
                    readyAfter.map { context.time.uptime() + $0 } ?? worker.spawnedAt + settings.bootTimeout
            }
            arm(worker)
        case .lines(let lines): heard(lines, from: worker)
        case .notified(let message): notified(message, by: worker)
        case .failed(let error): spawnFailed(error, of: worker)
        case .exited(let exit): exited(worker, exit)
        }
    }

    /// After how long a service worker counts as ready, when it does not say so.
    var readyAfter: Duration? {
        if settings.kind == .service, case .after(let time) = settings.readiness { time } else { nil }
    }

    private func heard(_ lines: OutputBatch, from worker: Worker) {
        for line in lines {
            let (job, text) = worker.output.read(line, inHand: worker.jobs)
            if line.stream == .error { worker.lastWords.heard(text) }
            context.emit(
                .workerOutput(worker.named, job: job.map(EngineEvent.Job.init), stream: line.streamName, text: text))
        }
    }

    /// A connection showed the worker's token.
    func connected(_ worker: Worker, _ hello: HelloFrame, over link: WorkerLink) {
        context.expected[worker.token] = nil
        worker.link = link
        worker.build = hello.build
        // The pool's concurrency is what the worker was told; it may offer less, never more.
        worker.jobs = InFlightJobs(slots: min(Int(hello.slots), worker.generation.settings.concurrency))
        if worker.state == .draining { link.drain() }
    }

    /// It is ready: READY came over its connection or its notify socket, or its time was over.
    func booted(_ worker: Worker) {
        apply(.boot, to: worker)
        arm(worker)
    }

    /// What follows when a worker is ready.
    func welcome(_ worker: Worker) {
        let now = context.time.uptime()
        worker.readyAt = now
        worker.watchdogAt = worker.watchdog.map { now + $0 }
        boots.add(now - worker.spawnedAt)
        let bootSeconds = (now - worker.spawnedAt).inSeconds
        context.emit(.workerReady(worker.named, build: worker.build, bootSeconds: bootSeconds))
        if worker.hasSaidStopping { leavingByItself(worker) }
        advance()
        context.pump()
        placeSuspects()
        // With the last suspect in its hands, nobody else is emptied for one any more.
        context.pump()
    }

    /// A canary did well, or somebody said so: all that wait are started.
    func recovered() {
        // Also when the pool had become healthy otherwise: what is due for a canary would be due for ever.
        for worker in crew { worker.isCanary = false }
        guard health.recover() else { return }
        context.emit(.poolRecovered(pool: settings.name))
        for slot in slots where slot.worker == nil { fill(slot) }
        advance()
    }
}
