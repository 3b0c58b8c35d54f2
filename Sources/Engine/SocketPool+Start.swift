import JobModel
import NIOCore
import ProcessHost
import Supervision
import WorkerProtocol

extension SocketPool {
    /// Starts the next worker of a slot.
    func spawn(in slot: Slot) {
        slot.restart = nil
        guard !isDraining, !slot.isRetiring else { return }
        serial += 1
        let worker = Worker(
            name: "\(settings.name)-\(serial)", pool: settings.name, token: context.makeToken(),
            slots: settings.concurrency, spawnedAt: context.time.uptime(), since: context.time.now())
        slot.worker = worker
        context.expected[worker.token] = (self, worker)
        let request = SpawnRequest(pool: settings, environment: environment(of: worker))
        let me = NIOLoopBound((self, slot, worker), eventLoop: context.loop)
        let loop = context.loop
        worker.process = context.host.start(request) { event in
            loop.execute {
                let (pool, slot, worker) = me.value
                pool.happened(event, to: worker, in: slot)
            }
        }
        arm(worker)
    }

    private func environment(of worker: Worker) -> [String: String] {
        settings.environment.merging([
            "JOBSUP_RUNTIME_DIRECTORY": context.runtimeDirectory,
            "JOBSUP_SOCKET": context.workerSocketPath,
            "JOBSUP_TOKEN": worker.token,
            "JOBSUP_POOL": settings.name,
            "JOBSUP_WORKER": worker.name,
            "JOBSUP_SLOTS": String(settings.concurrency),
            "JOBSUP_QUEUES": settings.queues.joined(separator: ","),
        ]) { _, own in own }
    }

    private func happened(_ event: ProcessEvent, to worker: Worker, in slot: Slot) {
        switch event {
        case .started(let pid):
            worker.pid = pid
            context.emit(.workerStarted(worker.named))
        case .lines(let lines):
            for line in lines {
                context.emit(
                    .workerOutput(worker.named, job: nil, stream: line.streamName, text: line.text))
            }
        case .notified: break
        case .failed(let error):
            spawnFailed(error, worker: worker, in: slot)
        case .exited(let exit):
            exited(worker, exit, in: slot)
        }
    }

    private func spawnFailed(_ error: SpawnError, worker: Worker, in slot: Slot) {
        context.expected[worker.token] = nil
        worker.timer?.cancel()
        slot.worker = nil
        let delay = restart(slot, healthy: false)
        lastExit = error.words
        context.emit(.spawnFailed(pool: settings.name, message: error.words, retryIn: delay))
        context.processEnded()
    }

    /// Arms the slot's next start, or gives up the slot; says how long it waits.
    @discardableResult
    func restart(_ slot: Slot, healthy: Bool) -> Duration {
        guard !isDraining, !slot.isRetiring else {
            slots.removeAll { $0 === slot }
            return .zero
        }
        restarts += 1
        if healthy { slot.backoff.healthy() }
        let delay = slot.backoff.death(using: &context.random)
        if delay == .zero {
            spawn(in: slot)
        } else {
            slot.restart = context.schedule(at: context.time.uptime() + delay) { self.spawn(in: slot) }
        }
        return delay
    }

    /// A connection showed the worker's token.
    func connected(_ worker: Worker, _ hello: HelloFrame, over link: WorkerLink) {
        context.expected[worker.token] = nil
        worker.link = link
        worker.build = hello.build
        // The pool's concurrency is what the worker was told; it may offer less, never more.
        worker.jobs = InFlightJobs(slots: min(Int(hello.slots), settings.concurrency))
        if worker.state == .draining { link.drain() }
    }

    /// READY came.
    func booted(_ worker: Worker) {
        guard worker.apply(.boot, at: context.time.now()) else { return }
        let now = context.time.uptime()
        worker.readyAt = now
        let bootSeconds = (now - worker.spawnedAt).inSeconds
        context.emit(.workerReady(worker.named, build: worker.build, bootSeconds: bootSeconds))
        placeSuspects()
        arm(worker)
        context.pump()
    }
}

extension SpawnRequest {
    /// The command of a pool with a complete environment.
    init(pool: PoolSettings, environment: [String: String]) {
        self.init(
            executable: pool.command.first ?? "", arguments: Array(pool.command.dropFirst()),
            environment: environment, directory: pool.directory ?? "/", user: pool.user, group: pool.group)
    }
}
