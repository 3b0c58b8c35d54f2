import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Synchronization
import WorkerProtocol

/// One connection to the daemon, shared by any number of tasks.
///
/// A request is written into the outgoing buffer by the task that makes it. What gathers there while the event loop
/// wakes up, or while the last write is under way, goes out together.
final class ClientConnection: Sendable {
    typealias Answer = Result<[EnqueuedJob], EnqueueError>
    private typealias Waiter = CheckedContinuation<[EnqueuedJob], any Error>

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        var outgoing = ByteBuffer()
        /// The event loop was called, or is at a write after which it looks again.
        var isFlushing = false
        var maxFrameBytes = 0
        var failure: EnqueueError?
    }

    private let state = NIOLockedValueBox(State())
    private let nextRequest = Atomic<UInt64>(1)
    private let channel: any Channel
    private let welcomed: EventLoopPromise<Void>

    private init(channel: any Channel) {
        self.channel = channel
        welcomed = channel.eventLoop.makePromise()
    }

    deinit {
        welcomed.fail(EnqueueError.connectionLost)
    }

    /// Connects and greets; fails with ``EnqueueError``.
    static func connect(path: String, name: String, on loop: any EventLoop) -> EventLoopFuture<ClientConnection> {
        ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.closeOnExec()
                    let connection = ClientConnection(channel: channel)
                    let handler = ClientChannelHandler(hello: ClientHelloFrame(name: name), connection: connection)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(unixDomainSocketPath: path)
            .flatMapErrorThrowing { throw EnqueueError.unreachable(path: path, $0) }
            .flatMapThrowing { channel in
                try channel.pipeline.syncOperations.handler(type: ClientChannelHandler.self).connection
            }
            .flatMap { connection in connection.welcomed.futureResult.map { connection } }
    }

    var isOpen: Bool { state.withLockedValue { $0.failure == nil } }
    var maxFrameBytes: Int { state.withLockedValue { $0.maxFrameBytes } }

    func close() {
        channel.close(promise: nil)
    }

    func enqueue(_ jobs: [JobSpec]) async throws -> [EnqueuedJob] {
        try Task.checkCancellation()
        let request = nextRequest.wrappingAdd(1, ordering: .relaxed).oldValue
        let length = EnqueueFrame.encodedBytes(of: jobs)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let (failure, mustCall) = state.withLockedValue { state -> (EnqueueError?, Bool) in
                    if let failure = state.failure { return (failure, false) }
                    if length > state.maxFrameBytes {
                        return (.requestTooLarge(bytes: length, limit: state.maxFrameBytes), false)
                    }
                    state.waiters[request] = waiter
                    EnqueueFrame.encode(request: request, jobs: jobs, into: &state.outgoing)
                    defer { state.isFlushing = true }
                    return (nil, !state.isFlushing)
                }
                if let failure { waiter.resume(throwing: failure) }
                if mustCall { channel.eventLoop.execute { self.flush() } }
            }
        } onCancel: {
            // The daemon may have the jobs already; their answer will find nobody.
            state.withLockedValue { $0.waiters.removeValue(forKey: request) }?.resume(throwing: CancellationError())
        }
    }

    // MARK: On the event loop

    func welcome(_ frame: ClientWelcomeFrame) {
        state.withLockedValue { $0.maxFrameBytes = Int(frame.maxFrameBytes) }
        welcomed.succeed()
    }

    /// Hands out all answers of one read.
    func answer(_ answers: [(request: UInt64, answer: Answer)]) {
        let waiters = state.withLockedValue { state in
            answers.map { state.waiters.removeValue(forKey: $0.request) }
        }
        for (waiter, (_, answer)) in zip(waiters, answers) { waiter?.resume(with: answer.mapError { $0 }) }
    }

    /// The connection is gone, or of no more use.
    func fail(_ error: EnqueueError) {
        let waiters = state.withLockedValue { state in
            if state.failure == nil { state.failure = error }
            state.outgoing = ByteBuffer()
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(throwing: error) }
        welcomed.fail(error)
    }

    private func flush() {
        let buffer = state.withLockedValue { state in
            defer { state.outgoing = ByteBuffer() }
            state.isFlushing = state.outgoing.readableBytes > 0
            return state.outgoing
        }
        guard buffer.readableBytes > 0 else { return }
        // A failed write comes with the end of the connection, which says what became of the requests.
        channel.writeAndFlush(buffer).whenComplete { _ in self.flush() }
    }
}
