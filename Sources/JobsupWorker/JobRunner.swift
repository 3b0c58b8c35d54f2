import NIOConcurrencyHelpers
import NIOCore
import WorkerProtocol

/// Runs the jobs of one connection: as many long-lived tasks as there are slots take jobs from the ``Workbench``.
///
/// No job costs a task or a switch of threads. A slot that ends a job takes the next one in the same breath, and what
/// the slots settle gathers in one buffer that the event loop fetches: it is called when the first byte comes, and
/// while there is work in hand it comes again by itself.
final class JobRunner: Sendable {
    /// How long handlers may take to end when the connection is lost.
    private static let handlerGrace = TimeAmount.seconds(5)
    /// How long the daemon may take to close after BYE.
    private static let linger = TimeAmount.seconds(2)
    /// While there is work in hand, results gather so long: waking the event loop for every one of them would cost
    /// more than many a job.
    private static let pace = TimeAmount.microseconds(100)

    enum Mailbox {
        case empty
        /// The slot's task waits here for a job, or for `nil`: the end.
        case waiting(CheckedContinuation<JobFrame?, Never>)
        /// Came before the task got so far as to wait.
        case delivered(JobFrame?)
    }

    enum Flush {
        case idle
        /// The event loop was called and is on its way.
        case called
        /// There was something to send a moment ago, and the event loop comes again by itself.
        case paced
    }

    enum Life {
        case new
        case running
        /// The event loop may be shut down.
        case over
    }

    struct State {
        var life = Life.new
        var bench: Workbench
        var mailboxes: [Mailbox]
        var tasks: [Task<Void, Never>?]
        var liveTasks = 0
        var flush = Flush.idle
        /// Why the worker leaves, for the daemon's log.
        var leaveReason = ""
        var isByeSent = false
        var resultLimit = Int.max

        /// Whether the event loop is to be called. With nothing more in hand there is nothing to wait for.
        var wantsFlush: Bool {
            guard bench.hasOutgoing else { return false }
            return switch flush {
            case .idle: true
            case .called: false
            case .paced: !bench.hasWork
            }
        }
    }

    /// A plain mutex underneath: `Synchronization.Mutex` hands itself over by the kernel when slots contend for it, and
    /// short jobs on several slots then take four times as long.
    let state: NIOLockedValueBox<State>
    let channel: any Channel
    let handlers: [String: JobHandler]
    let log: JobLog
    let now: @Sendable () -> ContinuousClock.Instant
    /// The end of the connection: gently, or with a reason.
    private let ended: EventLoopPromise<Void>
    let slotsEnded: EventLoopPromise<Void>

    init(
        channel: any Channel, handlers: [String: JobHandler], slots: Int, log: JobLog,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.channel = channel
        self.handlers = handlers
        self.log = log
        self.now = now
        ended = channel.eventLoop.makePromise()
        slotsEnded = channel.eventLoop.makePromise()
        state = NIOLockedValueBox(
            State(
                bench: Workbench(slots: slots), mailboxes: Array(repeating: .empty, count: slots),
                tasks: Array(repeating: nil, count: slots)))
    }

    /// A connection that never came about has nobody who waits for its end, but promises must be kept.
    deinit {
        guard state.withLockedValue({ $0.life == .new }) else { return }
        ended.fail(WorkerError.connectionLost)
        slotsEnded.succeed()
    }

    /// Runs jobs until the connection ends; throws when that was not meant.
    func run() async throws {
        state.withLockedValue { state in
            state.life = .running
            for slot in state.tasks.indices { startTask(slot, &state) }
        }
        let result = await ended.futureResult.outcome()
        leave()
        // A handler that does not heed its cancellation must not keep the process: its task is left alone.
        let patience = channel.eventLoop.scheduleTask(in: Self.handlerGrace) { self.slotsEnded.succeed() }
        _ = await slotsEnded.futureResult.outcome()
        patience.cancel()
        state.withLockedValue { $0.life = .over }
        try result.get()
    }

    // MARK: What the daemon says; called on the event loop

    func welcome(resultLimitBytes: Int) {
        state.withLockedValue { $0.resultLimit = resultLimitBytes }
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

    /// The connection is gone, for a reason or for none; after BYE it is as it should be.
    func connectionEnded(_ error: WorkerError) {
        if state.withLockedValue({ $0.isByeSent }) { ended.succeed() } else { ended.fail(error) }
        leave()
    }

    // MARK: Leaving

    /// Gives back what waits, finishes what runs, then says BYE.
    func drain(reason: String) {
        let wakeUps = update { state in
            if state.bench.phase == .open { state.leaveReason = reason }
            return state.bench.drain().compactMap { deliver(nil, to: $0, &state) }
        }
        for wakeUp in wakeUps { wakeUp() }
        // Nothing may be running, and nothing be left to say but BYE.
        scheduleFlush()
    }

    /// Asked for the first time: drains. Asked again: interrupts what still runs.
    func drainOrStop(reason: String) {
        let isFirst = state.withLockedValue { $0.bench.phase == .open }
        if isFirst { drain(reason: reason) } else { stop(reason: reason) }
    }

    /// Drains, and interrupts what runs.
    func stop(reason: String) {
        drain(reason: reason)
        let tasks = update { state in state.bench.interrupt().compactMap { state.tasks[$0] } }
        for task in tasks { task.cancel() }
    }

    /// Ends the slots without a word to the daemon.
    private func leave() {
        let (wakeUps, tasks) = state.withLockedValue { state in
            (state.bench.close().compactMap { deliver(nil, to: $0, &state) }, state.tasks.compactMap { $0 })
        }
        for wakeUp in wakeUps { wakeUp() }
        for task in tasks { task.cancel() }
    }

    // MARK: Towards the daemon

    /// Changes the state, and sees to it that what this put into the outgoing buffer is sent.
    @discardableResult
    func update<Result>(_ change: (inout State) -> Result) -> Result {
        let (result, wantsFlush) = state.withLockedValue { state in
            let result = change(&state)
            let wantsFlush = state.wantsFlush
            if wantsFlush { state.flush = .called }
            return (result, wantsFlush)
        }
        if wantsFlush { scheduleFlush() }
        return result
    }

    private func scheduleFlush() {
        channel.eventLoop.execute { self.flush() }
    }

    private func flush() {
        let (buffer, byeReason, comesAgain) = state.withLockedValue { state in
            let comesAgain = state.bench.hasOutgoing && state.bench.hasWork
            state.flush = comesAgain ? .paced : .idle
            let buffer = state.bench.takeOutgoing()
            // BYE is the last frame. What is given back after it, the daemon takes back by itself.
            if state.isByeSent { return (ByteBuffer(), String?.none, false) }
            state.isByeSent = state.bench.isDrained
            return (buffer, state.isByeSent ? state.leaveReason : nil, comesAgain)
        }
        if let byeReason {
            sayBye(reason: byeReason, after: buffer)
        } else if buffer.readableBytes > 0 {
            channel.writeAndFlush(buffer, promise: nil)
        }
        if comesAgain { channel.eventLoop.scheduleTask(in: Self.pace) { self.flush() } }
    }

    /// The daemon closes after BYE. To close here at once would throw away frames that it has just sent, and show it
    /// that as a broken connection.
    private func sayBye(reason: String, after buffer: ByteBuffer) {
        var buffer = buffer
        ByeFrame(reason: reason).encode(into: &buffer)
        channel.writeAndFlush(buffer, promise: nil)
        channel.close(mode: .output, promise: nil)
        channel.eventLoop.scheduleTask(in: Self.linger) { self.channel.close(promise: nil) }
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
