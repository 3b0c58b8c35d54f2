import NIOCore
import Synchronization
import WorkerProtocol

/// Runs the jobs of one connection: as many long-lived tasks as there are slots take jobs from the ``Workbench``.
///
/// No job costs a task or a switch of threads. A slot that ends a job takes the next one in the same breath, and what
/// the slots settle gathers in one buffer that the event loop fetches: it is woken when the first byte comes, and finds
/// whatever else came until it was awake.
final class JobRunner: Sendable {
    /// How long handlers may take to end when the connection is lost.
    private static let handlerGrace = TimeAmount.seconds(5)

    private enum Mailbox {
        case empty
        /// The slot's task waits here for a job, or for `nil`: the end.
        case waiting(CheckedContinuation<JobFrame?, Never>)
        /// Came before the task got so far as to wait.
        case delivered(JobFrame?)
    }

    private struct State {
        var bench: Workbench
        var mailboxes: [Mailbox]
        var tasks: [Task<Void, Never>?]
        var liveTasks = 0
        var isFlushScheduled = false
        var isByeSent = false
        var resultLimit = Int.max
    }

    private let state: Mutex<State>
    private let channel: any Channel
    private let handlers: [String: JobHandler]
    let now: @Sendable () -> ContinuousClock.Instant
    /// The end of the connection: gently, or with a reason.
    private let ended: EventLoopPromise<Void>
    private let slotsEnded: EventLoopPromise<Void>

    init(
        channel: any Channel, handlers: [String: JobHandler], slots: Int,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.channel = channel
        self.handlers = handlers
        self.now = now
        ended = channel.eventLoop.makePromise()
        slotsEnded = channel.eventLoop.makePromise()
        state = Mutex(
            State(
                bench: Workbench(slots: slots), mailboxes: Array(repeating: .empty, count: slots),
                tasks: Array(repeating: nil, count: slots)))
    }

    /// A connection that never came about has nobody who waits for its end, but promises must be kept.
    deinit {
        ended.fail(WorkerError.connectionLost)
        slotsEnded.succeed()
    }

    /// Runs jobs until the connection ends; throws when that was not meant.
    func run() async throws {
        state.withLock { state in
            for slot in state.tasks.indices { startTask(slot, &state) }
        }
        let result = await ended.futureResult.outcome()
        leave()
        // A handler that does not heed its cancellation must not keep the process: its task is left alone.
        let patience = channel.eventLoop.scheduleTask(in: Self.handlerGrace) { self.slotsEnded.succeed() }
        _ = await slotsEnded.futureResult.outcome()
        patience.cancel()
        try result.get()
    }

    // MARK: What the daemon says; called on the event loop

    func welcome(resultLimitBytes: Int) {
        state.withLock { $0.resultLimit = resultLimitBytes }
    }

    func receive(_ jobs: [JobFrame]) {
        let wakeUps = update { state in
            state.bench.receive(jobs).compactMap { deliver($0.job, to: $0.slot, &state) }
        }
        for wakeUp in wakeUps { wakeUp() }
    }

    func cancel(_ cancel: CancelFrame) {
        let task = update { state in state.bench.cancel(cancel).flatMap { state.tasks[$0] } }
        // Outside the lock: the handlers of a cancellation run here and now, and may report progress.
        task?.cancel()
    }

    func recall() {
        update { $0.bench.recall() }
    }

    /// The connection is gone, for a reason or for none.
    func connectionEnded(_ error: WorkerError) {
        ended.fail(error)
        leave()
    }

    // MARK: Leaving

    /// Gives back what waits, finishes what runs, then says BYE.
    func drain() {
        let wakeUps = update { state in
            state.bench.drain().compactMap { deliver(nil, to: $0, &state) }
        }
        for wakeUp in wakeUps { wakeUp() }
        // Nothing may be running, and nothing be left to say but BYE.
        scheduleFlush()
    }

    /// Asked for the first time: drains. Asked again: interrupts what still runs.
    func drainOrStop() {
        let isFirst = state.withLock { $0.bench.phase == .open }
        if isFirst { drain() } else { stop() }
    }

    /// Drains, and interrupts what runs.
    func stop() {
        drain()
        let tasks = update { state in state.bench.interrupt().compactMap { state.tasks[$0] } }
        for task in tasks { task.cancel() }
    }

    /// Ends the slots without a word to the daemon.
    private func leave() {
        let (wakeUps, tasks) = state.withLock { state in
            (state.bench.close().compactMap { deliver(nil, to: $0, &state) }, state.tasks.compactMap { $0 })
        }
        for wakeUp in wakeUps { wakeUp() }
        for task in tasks { task.cancel() }
    }

    // MARK: Slots

    /// The tasks are held in the state and outlive no run: ``run()`` waits for them, if only so long.
    private func startTask(_ slot: Int, _ state: inout State) {
        state.liveTasks += 1
        state.tasks[slot] = Task { await self.work(slot) }
    }

    private func work(_ slot: Int) async {
        var next = state.withLock { $0.bench.next(for: slot) }
        slot: while true {
            switch next {
            case .run(let job):
                let startedAt = now()
                let outcome = await perform(job, slot, startedAt)
                next = settle(slot, outcome, microseconds: (now() - startedAt).microseconds)
            case .wait:
                guard let job = await delivery(slot) else { break slot }
                next = .run(job)
            case .end:
                break slot
            }
        }
        endTask(slot)
    }

    private func perform(_ job: JobFrame, _ slot: Int, _ startedAt: ContinuousClock.Instant) async -> JobOutcome {
        guard let handler = handlers[job.type] else { return .unknownType(job.type) }
        do {
            let context = JobContext(frame: job, slot: slot, startedAt: startedAt, reporter: self)
            return .done(try await handler(job.payload, context))
        } catch {
            return JobOutcome(error)
        }
    }

    /// Ends the slot's job and gives it the next one: one lock for both.
    private func settle(_ slot: Int, _ outcome: JobOutcome, microseconds: UInt32) -> Workbench.Next {
        update { state in
            var outcome = outcome
            if case .done(let result) = outcome, result.count > state.resultLimit {
                outcome = .resultTooLarge(bytes: result.count, limit: state.resultLimit)
            }
            state.bench.settle(slot: slot, outcome: outcome, runMicroseconds: microseconds)
            return state.bench.next(for: slot)
        }
    }

    private func delivery(_ slot: Int) async -> JobFrame? {
        await withCheckedContinuation { continuation in
            let delivered: JobFrame?? = state.withLock { state in
                if case .delivered(let job) = state.mailboxes[slot] {
                    state.mailboxes[slot] = .empty
                    return .some(job)
                }
                state.mailboxes[slot] = .waiting(continuation)
                return nil
            }
            if let delivered { continuation.resume(returning: delivered) }
        }
    }

    /// Puts a job, or the end, into a slot's mailbox; gives what wakes the slot, to be called outside the lock.
    private func deliver(_ job: JobFrame?, to slot: Int, _ state: inout State) -> (@Sendable () -> Void)? {
        if case .waiting(let continuation) = state.mailboxes[slot] {
            state.mailboxes[slot] = .empty
            return { continuation.resume(returning: job) }
        }
        state.mailboxes[slot] = .delivered(job)
        return nil
    }

    private func endTask(_ slot: Int) {
        let isLast = state.withLock { state in
            state.liveTasks -= 1
            if state.bench.revive(slot) { startTask(slot, &state) }
            return state.liveTasks == 0
        }
        if isLast { slotsEnded.succeed() }
    }

    // MARK: Towards the daemon

    /// Changes the state, and sees to it that what this put into the outgoing buffer is sent.
    @discardableResult
    private func update<Result>(_ change: (inout State) -> Result) -> Result {
        let (result, wantsFlush) = state.withLock { state in
            let result = change(&state)
            let wantsFlush = state.bench.hasOutgoing && !state.isFlushScheduled
            if wantsFlush { state.isFlushScheduled = true }
            return (result, wantsFlush)
        }
        if wantsFlush { scheduleFlush() }
        return result
    }

    private func scheduleFlush() {
        channel.eventLoop.execute { self.flush() }
    }

    private func flush() {
        var (buffer, saysBye) = state.withLock { state in
            state.isFlushScheduled = false
            let saysBye = state.bench.isDrained && !state.isByeSent
            if saysBye { state.isByeSent = true }
            return (state.bench.takeOutgoing(), saysBye)
        }
        guard saysBye else {
            if buffer.readableBytes > 0 { channel.writeAndFlush(buffer, promise: nil) }
            return
        }
        ByeFrame(reason: "drained").encode(into: &buffer)
        channel.writeAndFlush(buffer).whenComplete { _ in
            // What was written is the daemon's, also when this side is closed at once.
            self.ended.succeed()
            self.channel.close(promise: nil)
        }
    }
}

extension JobRunner: ProgressReporter {
    func report(_ progress: JobProgress, of job: JobFrame, slot: Int) {
        let delay = update { $0.bench.report(progress, of: job, slot: slot, at: now()) }
        guard let delay else { return }
        channel.eventLoop.scheduleTask(in: TimeAmount(delay)) {
            self.update { $0.bench.sendProgress(slot: slot, job: job, at: self.now()) }
        }
    }
}

extension EventLoopFuture where Value: Sendable {
    fileprivate func outcome() async -> Result<Value, any Error> {
        do {
            return .success(try await get())
        } catch {
            return .failure(error)
        }
    }
}

extension Duration {
    fileprivate var microseconds: UInt32 {
        let (seconds, attoseconds) = components
        return UInt32(clamping: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}
