import JobModel
import JobStore
import NIOCore
import ProcessHost
import Scaling
import Supervision

/// The heart of the daemon: takes jobs in, brings them to workers, settles them, and keeps the workers alive.
///
/// Everything inside lives on one event loop; this is the door to it, open to any thread.
package final class Engine: Sendable {
    /// What lives on the loop.
    final class Rooms {
        let context: EngineContext
        let dispatcher: Dispatcher
        let autoscaler: Autoscaler
        let door: ClientDoor
        var listeners: [any Channel] = []
        var drained: EventLoopPromise<Void>?

        init(
            context: EngineContext, pools: [any WorkerPool], scaling: MachineScaling, manuals: [String: ManualScale],
            records: any PoolRecords, door: ClientDoor
        ) {
            self.context = context
            self.door = door
            let dispatcher = Dispatcher(context: context, pools: pools)
            self.dispatcher = dispatcher
            autoscaler = Autoscaler(
                context: context, settings: scaling, manuals: manuals, records: records
            ) { [unowned dispatcher] in dispatcher.pools }
        }

        var pools: [any WorkerPool] { dispatcher.pools }

        func pool(named name: String) -> (any WorkerPool)? {
            pools.first { $0.settings.name == name && !$0.isRemoved }
        }

        func start(_ pool: any WorkerPool) {
            pool.start(with: autoscaler.scaler(of: pool).initialWanted)
        }

        /// A process ended: forgets pools that are gone, and ends the drain with the last one.
        func processEnded() {
            for pool in pools where pool.isRemoved && pool.isEmpty {
                pool.close()
                autoscaler.forget(pool)
            }
            dispatcher.pools.removeAll { $0.isRemoved && $0.isEmpty }
            completeDrain()
        }

        func completeDrain() {
            guard let drained, pools.allSatisfy(\.isEmpty) else { return }
            guard context.settler.isQuiet else {
                // On a full disk nothing can be settled; those jobs run again after the next start.
                if patience == nil {
                    patience = context.schedule(at: context.time.uptime() + Self.settlingLimit) {
                        self.context.settler.waiters.finishAll()
                        drained.succeed()
                    }
                }
                return
            }
            patience?.cancel()
            context.settler.waiters.finishAll()
            drained.succeed()
        }

        /// How long a stop waits for the last settlements.
        private static let settlingLimit: Duration = .seconds(10)
        private var patience: Scheduled<Void>?
    }

    package let store: any JobStore
    let records: any PoolRecords
    package let intake: SharedIntake
    let time: TimeSource
    let loop: any EventLoop
    let rooms: NIOLoopBound<Rooms>
    let emit: @Sendable (EngineEvent) -> Void

    /// Opens the sockets and starts the pools.
    package static func start(
        _ settings: EngineSettings, store: any JobStore & PoolRecords, host: ProcessHost, on loop: any EventLoop,
        time: TimeSource, random: any RandomNumberGenerator & Sendable, emit: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> Engine {
        let intake = SharedIntake(settings.intake)
        let manuals = try await Self.manuals(in: store, at: time.now())
        let rooms = try await loop.submit {
            let rooms = build(
                settings, intake, manuals, store: store, host: host, on: loop, time: time, random: random, emit: emit)
            return NIOLoopBound(rooms, eventLoop: loop)
        }.get()
        let engine = Engine(intake, store: store, loop: loop, time: time, rooms: rooms, emit: emit)
        try await engine.listen(settings)
        store.observe { signal in
            loop.execute { rooms.value.dispatcher.received(signal) }
        }
        try await loop.submit {
            for pool in rooms.value.pools { rooms.value.start(pool) }
            rooms.value.dispatcher.promoteDue()
            rooms.value.autoscaler.wake()
        }.get()
        return engine
    }

    private init(
        _ intake: SharedIntake, store: any JobStore & PoolRecords, loop: any EventLoop, time: TimeSource,
        rooms: NIOLoopBound<Rooms>, emit: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.store = store
        records = store
        self.intake = intake
        self.loop = loop
        self.time = time
        self.rooms = rooms
        self.emit = emit
    }

    /// What people have set, without what is over.
    private static func manuals(in records: any PoolRecords, at now: Timestamp) async throws -> [String: ManualScale] {
        var kept: [String: ManualScale] = [:]
        for (pool, text) in try await records.poolSettings() {
            guard let manual = ManualScale(text: text) else { continue }
            if manual.isOver(at: now.secondsSince1970) {
                try await records.setPoolSetting(nil, of: pool)
            } else {
                kept[pool] = manual
            }
        }
        return kept
    }

    private static func build(
        _ settings: EngineSettings, _ intake: SharedIntake, _ manuals: [String: ManualScale],
        store: any JobStore & PoolRecords, host: ProcessHost,
        on loop: any EventLoop, time: TimeSource, random: any RandomNumberGenerator & Sendable,
        emit: @escaping @Sendable (EngineEvent) -> Void
    ) -> Rooms {
        let settler = Settler(
            store: store, loop: loop, time: time, intake: intake, random: random, emit: emit)
        let context = EngineContext(
            loop: loop, time: time, store: store, host: host, settler: settler, limits: settings.limits,
            workerSocketPath: settings.workerSocket.path, random: random, emit: emit)
        context.memoryLimit = { intake.value.policy(of: $0).memoryLimitBytes }
        context.memoryGate = MemoryGate(
            isNeeded: { intake.value.expectsMemory }, expected: { intake.value.policy(of: $0).expectedMemoryBytes },
            available: MachineMemory.availableBytes)
        context.limitsMemoryByType = { intake.value.limitsMemory }
        let pools = settings.pools.map { makePool($0, context) }
        let door = ClientDoor(limit: settings.clientLimit, group: settings.clientSocket.group)
        let rooms = Rooms(
            context: context, pools: pools, scaling: settings.scaling, manuals: manuals, records: store, door: door)
        context.memoryGate.running = { [unowned rooms] in rooms.pools.flatMap { $0.runningMemory() } }
        context.budgetsMemory = { [unowned rooms] in rooms.autoscaler.settings.budget.memoryBytes != nil }
        context.measured = { [unowned rooms] in rooms.autoscaler.wake() }
        let watch = MemoryWatch(context: context) { [unowned rooms] in rooms.pools }
        context.started = { watch.wake() }
        rooms.dispatcher.onChange = { [unowned rooms] in rooms.autoscaler.wake() }
        context.pump = { [unowned rooms] in rooms.dispatcher.pump() }
        context.processEnded = { [unowned rooms] in rooms.processEnded() }
        settler.onQuiet = { [unowned rooms] in rooms.completeDrain() }
        return rooms
    }

    static func makePool(_ settings: PoolSettings, _ context: EngineContext) -> any WorkerPool {
        switch settings.kind {
        case .socket, .service: ResidentPool(settings: settings, context: context)
        case .exec: ExecPool(settings: settings, context: context)
        }
    }

    private func listen(_ settings: EngineSettings) async throws {
        let rooms = rooms
        let intake = intake
        let workers = try await settings.workerSocket.bind(on: loop) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(WorkerLink(context: rooms.value.context))
            }
        }
        let clients = try await settings.clientSocket.bind(on: loop) { channel in
            channel.eventLoop.makeCompletedFuture {
                let link = ClientLink(context: rooms.value.context, intake: intake, door: rooms.value.door)
                try channel.pipeline.syncOperations.addHandler(link)
            }
        }
        try await loop.submit { rooms.value.listeners = [workers, clients] }.get()
    }

    // MARK: Jobs

    /// Enqueues all or none; returns when they are on disk.
    package func enqueue(_ requests: [JobRequest]) async throws -> [EnqueueReceipt] {
        try await store.enqueue(try intake.value.admit(requests, at: time.now()))
    }

    /// Cancels a job: at once when it waits; one that runs is asked, then forced, to end.
    package func cancel(_ id: JobID) async throws -> CancelOutcome {
        let outcome = try await store.cancel(id, at: time.now())
        switch outcome {
        case .running(let lease):
            let rooms = rooms
            // Nobody has it when its settlement is under way: then the store ends it as cancelled.
            _ = try await loop.submit { rooms.value.pools.contains { $0.cancel(lease) } }.get()
        case .cancelled:
            let rooms = rooms
            try await loop.submit { rooms.value.context.settler.waiters.finished(id) }.get()
        case .alreadyFinished, .unknown: break
        }
        return outcome
    }

    /// The job, with what only its running attempt knows.
    package func job(_ id: JobID) async throws -> LiveJob? {
        guard let record = try await store.find(id) else { return nil }
        guard record.state == .processing || record.state == .cancelling else { return LiveJob(record: record) }
        let rooms = rooms
        return try await loop.submit {
            let progress = rooms.value.context.progress[id]
            for pool in rooms.value.pools {
                for worker in pool.status().workers {
                    guard let job = worker.jobs.first(where: { $0.id == id }) else { continue }
                    return LiveJob(record: record, worker: worker.name, startedAt: job.since, progress: progress)
                }
            }
            return LiveJob(record: record)
        }.get()
    }

    /// The job when it has finished, or as it stands when the time is over.
    package func job(_ id: JobID, waitingAtMost limit: Duration) async throws -> LiveJob? {
        let rooms = rooms
        let loop = loop
        // Registered before the look, so that an end in between is not missed.
        let finished = try await loop.submit {
            rooms.value.context.settler.waiters.wait(for: id, atMost: TimeAmount(limit), on: loop)
        }.get()
        // Whoever waits no longer is forgotten at once, with the timer.
        defer { finished.succeed() }
        let now = try await job(id)
        guard let now, !now.record.state.isFinished else { return now }
        try await finished.futureResult.get()
        return try await job(id)
    }

    // MARK: The end

    /// Proves that the loop turns; the watchdog is fed after it.
    package func probe() async throws {
        try await loop.submit {}.get()
    }

    /// How much is left before a drain is done.
    package func remaining() async throws -> Remaining {
        Remaining(try await pools().flatMap(\.workers), at: time.now())
    }

    /// Takes nothing new and lets what runs come to its end; returns when all workers have gone and all is on disk.
    package func drain() async throws {
        let rooms = rooms
        let loop = loop
        try await loop.flatSubmit {
            let promise = rooms.value.drained ?? loop.makePromise(of: Void.self)
            rooms.value.drained = promise
            for listener in rooms.value.listeners { listener.close(promise: nil) }
            for pool in rooms.value.pools { pool.drain() }
            rooms.value.autoscaler.stopSignals()
            rooms.value.completeDrain()
            return promise.futureResult
        }.get()
    }

    /// Ends what still runs soon: SIGTERM, grace, SIGKILL; the jobs go back as interrupted.
    package func hurry() async throws {
        let rooms = rooms
        emit(.hurried)
        try await loop.submit { for pool in rooms.value.pools { pool.hurry() } }.get()
    }
}
