import JobModel
import JobStore
import NIOCore
import ProcessHost
import Supervision

/// The heart of the daemon: takes jobs in, brings them to workers, settles them, and keeps the workers alive.
///
/// Everything inside lives on one event loop; this is the door to it, open to any thread.
package final class Engine: Sendable {
    /// What lives on the loop.
    private final class Rooms {
        let context: EngineContext
        let dispatcher: Dispatcher
        let pools: [any WorkerPool]
        let door: ClientDoor
        var listeners: [any Channel] = []
        var drained: EventLoopPromise<Void>?

        init(context: EngineContext, pools: [any WorkerPool], door: ClientDoor) {
            self.context = context
            self.pools = pools
            self.door = door
            dispatcher = Dispatcher(context: context, pools: pools)
        }

        func completeDrain() {
            guard let drained, pools.allSatisfy(\.isEmpty), context.settler.isQuiet else { return }
            context.settler.waiters.finishAll()
            drained.succeed()
        }
    }

    package let store: any JobStore
    package let intake: Intake
    private let time: TimeSource
    private let loop: any EventLoop
    private let rooms: NIOLoopBound<Rooms>
    private let emit: @Sendable (EngineEvent) -> Void

    /// Opens the sockets and starts the pools.
    package static func start(
        _ settings: EngineSettings, store: any JobStore, host: ProcessHost, on loop: any EventLoop, time: TimeSource,
        random: any RandomNumberGenerator & Sendable, emit: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> Engine {
        let rooms = try await loop.submit {
            let rooms = build(settings, store: store, host: host, on: loop, time: time, random: random, emit: emit)
            return NIOLoopBound(rooms, eventLoop: loop)
        }.get()
        let engine = Engine(settings, store: store, loop: loop, time: time, rooms: rooms, emit: emit)
        try await engine.listen(settings)
        store.observe { signal in
            loop.execute { rooms.value.dispatcher.received(signal) }
        }
        try await loop.submit {
            for pool in rooms.value.pools { pool.start() }
            rooms.value.dispatcher.promoteDue()
        }.get()
        return engine
    }

    private init(
        _ settings: EngineSettings, store: any JobStore, loop: any EventLoop, time: TimeSource,
        rooms: NIOLoopBound<Rooms>, emit: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.store = store
        self.intake = settings.intake
        self.loop = loop
        self.time = time
        self.rooms = rooms
        self.emit = emit
    }

    private static func build(
        _ settings: EngineSettings, store: any JobStore, host: ProcessHost, on loop: any EventLoop, time: TimeSource,
        random: any RandomNumberGenerator & Sendable, emit: @escaping @Sendable (EngineEvent) -> Void
    ) -> Rooms {
        let settler = Settler(
            store: store, loop: loop, time: time, intake: settings.intake, random: random, emit: emit)
        let context = EngineContext(
            loop: loop, time: time, store: store, host: host, settler: settler, limits: settings.limits,
            workerSocketPath: settings.workerSocket.path, random: random, emit: emit)
        let pools: [any WorkerPool] = settings.pools.map { pool in
            switch pool.kind {
            case .socket: SocketPool(settings: pool, context: context)
            case .exec: ExecPool(settings: pool, context: context)
            }
        }
        let door = ClientDoor(limit: settings.clientLimit, group: settings.clientSocket.group)
        let rooms = Rooms(context: context, pools: pools, door: door)
        context.pump = { [unowned rooms] in rooms.dispatcher.pump() }
        context.processEnded = { [unowned rooms] in rooms.completeDrain() }
        settler.onQuiet = { [unowned rooms] in rooms.completeDrain() }
        return rooms
    }

    private func listen(_ settings: EngineSettings) async throws {
        let rooms = rooms
        let intake = settings.intake
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
        try await store.enqueue(try intake.admit(requests, at: time.now()))
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

    // MARK: Pools

    package func pools() async throws -> [PoolStatus] {
        let rooms = rooms
        return try await loop.submit { rooms.value.pools.map { $0.status() } }.get()
    }

    /// Sets the wanted number of processes; `nil` when there is no such pool.
    package func scale(_ name: String, _ change: ScaleChange) async throws -> PoolStatus? {
        let rooms = rooms
        let emit = emit
        return try await loop.submit {
            guard let pool = rooms.value.pools.first(where: { $0.settings.name == name }) else { return nil }
            let before = pool.status().wanted
            let wanted = change.wanted(from: before)
            guard pool.settings.bounds.contains(wanted) else {
                throw Refusal(
                    code: "out_of_bounds",
                    message: "pool '\(name)' cannot have \(wanted) processes: its bounds are "
                        + "\(pool.settings.bounds.lowerBound) to \(pool.settings.bounds.upperBound)",
                    hint: "choose a number within the bounds, or change pools.\(name).processes in the configuration")
            }
            pool.scale(to: wanted)
            emit(.poolScaled(pool: name, from: before, to: wanted))
            return pool.status()
        }.get()
    }

    // MARK: The end

    /// Proves that the loop turns; the watchdog is fed after it.
    package func probe() async throws {
        try await loop.submit {}.get()
    }

    /// How much is left before a drain is done.
    package func remaining() async throws -> (workers: Int, jobs: Int) {
        let status = try await pools()
        return (
            status.reduce(0) { $0 + $1.workers.count },
            status.reduce(0) { sum, pool in sum + pool.workers.reduce(0) { $0 + $1.jobs.count } }
        )
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
