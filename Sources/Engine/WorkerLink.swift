import JobModel
import NIOCore
import WorkerProtocol

/// The connection of one worker: frames in, frames out, on raw buffers, one flush for each batch.
///
/// Its end is not the process's end: it reports it, and the pool decides. Lives on the engine's event loop.
final class WorkerLink: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let context: EngineContext
    private var decoder = FrameDecoder()
    private var settlements: [SettlementFrame] = []
    private var output = ByteBuffer()
    private var channel: ChannelHandlerContext?
    private var peer: (pool: ResidentPool, worker: Worker)?
    private var helloTimer: Scheduled<Void>?
    private var failure: String?
    /// Settlements that were handed in and are not confirmed yet.
    private var unconfirmed = 0
    /// Said BYE: when all is confirmed, the daemon closes.
    private var hasLeft = false

    /// How long a connection may stay without a HELLO.
    private static let helloTimeout: Duration = .seconds(10)

    init(context: EngineContext) {
        self.context = context
    }

    // MARK: What comes in

    func channelActive(context channel: ChannelHandlerContext) {
        self.channel = channel
        helloTimer = context.schedule(at: context.time.uptime() + Self.helloTimeout) {
            self.fail(ProtocolError(.unexpectedFrame, "no HELLO within \(Self.helloTimeout.inSeconds) s"))
        }
    }

    func channelRead(context channel: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        decoder.append(unwrapInboundIn(data))
        do throws(ProtocolError) {
            while let frame = try decoder.next() { try receive(frame) }
        } catch {
            fail(error)
        }
    }

    func channelReadComplete(context channel: ChannelHandlerContext) {
        settleGathered()
    }

    func channelInactive(context channel: ChannelHandlerContext) {
        settleGathered()
        helloTimer?.cancel()
        self.channel = nil
        guard let (pool, worker) = peer else { return }
        peer = nil
        pool.disconnected(worker, why: failure)
    }

    func errorCaught(context channel: ChannelHandlerContext, error: any Error) {
        failure = failure ?? "its connection failed: \(error)"
        channel.close(promise: nil)
    }

    private func receive(_ frame: Frame) throws(ProtocolError) {
        var body = frame.body
        guard let (pool, worker) = peer else {
            guard frame.type == .hello else { throw .unexpected(frame.type, "before HELLO") }
            return try greet(HelloFrame(decoding: &body))
        }
        switch frame.type {
        case .done, .fail, .retry, .snooze, .discard, .returned:
            settlements.append(try SettlementFrame(frame.type, decoding: &body))
        case .progress:
            let progress = try ProgressFrame(decoding: &body)
            let lease = Lease(job: JobID(Int64(bitPattern: progress.job)), token: progress.lease)
            if worker.jobs.contains(lease) { context.progress.record(progress) }
        case .ready:
            try body.expectEnd(of: .ready)
            pool.booted(worker)
        case .bye:
            let bye = try ByeFrame(decoding: &body)
            settleGathered()
            pool.left(worker, why: bye.reason.isEmpty ? "left by itself" : bye.reason)
            hasLeft = true
            closeWhenConfirmed()
        default:
            throw .unexpected(frame.type, "from a worker after HELLO")
        }
    }

    private func greet(_ hello: HelloFrame) throws(ProtocolError) {
        guard let (pool, worker) = context.expected[hello.token] else {
            throw ProtocolError(.wrongToken, "the token is not that of a worker which is being started")
        }
        guard hello.slots > 0 else { throw ProtocolError(.malformedFrame, "the hello frame offers no slots") }
        helloTimer?.cancel()
        decoder.maxFrameBytes = context.limits.frameBytes
        WelcomeFrame(
            workerName: worker.name, maxFrameBytes: UInt32(clamping: context.limits.frameBytes),
            resultLimitBytes: UInt32(clamping: context.limits.resultBytes)
        ).encode(into: &output)
        flush()
        peer = (pool, worker)
        pool.connected(worker, hello, over: self)
    }

    private func settleGathered() {
        guard !settlements.isEmpty, let (pool, worker) = peer else { return }
        let batch = settlements
        settlements.removeAll(keepingCapacity: true)
        pool.settled(batch, by: worker)
    }

    /// Says why, and closes; what came before the mistake counts.
    private func fail(_ error: ProtocolError) {
        failure = error.description
        context.emit(.connectionRefused(socket: "worker", code: error.code.rawValue, message: error.message))
        settleGathered()
        ErrorFrame(error).encode(into: &output)
        flush()
        close()
    }

    // MARK: What goes out

    /// Writes a job; ``flush()`` sends what was written.
    func write(_ job: ClaimedJob) {
        JobFrame.encode(
            job: UInt64(bitPattern: job.id.rawValue), lease: job.lease.token,
            attempt: UInt16(clamping: job.attempt), maxAttempts: UInt16(clamping: job.maxAttempts),
            timeoutMilliseconds: UInt32(clamping: job.timeoutMilliseconds),
            enqueuedAtMilliseconds: UInt64(clamping: job.enqueuedAt.milliseconds), type: job.type, queue: job.queue,
            requestID: job.requestID ?? "", payload: job.payload, into: &output)
    }

    /// So many settlements were handed to the store; each is confirmed.
    func await(_ settlements: Int) {
        unconfirmed += settlements
    }

    private func closeWhenConfirmed() {
        if hasLeft, unconfirmed <= 0 { close() }
    }

    func confirm(accepted: Int, stale: [Lease]) {
        SettledFrame(
            accepted: UInt32(clamping: accepted),
            stale: stale.map { .init(job: UInt64(bitPattern: $0.job.rawValue), lease: $0.token) }
        ).encode(into: &output)
        flush()
        unconfirmed -= accepted + stale.count
        closeWhenConfirmed()
    }

    func cancel(_ lease: Lease) {
        CancelFrame(job: UInt64(bitPattern: lease.job.rawValue), lease: lease.token).encode(into: &output)
        flush()
    }

    func drain() {
        output.writeEmptyFrame(.drain)
        flush()
    }

    func recall() {
        output.writeEmptyFrame(.recall)
        flush()
    }

    func flush() {
        guard output.readableBytes > 0, let channel else { return }
        channel.writeAndFlush(wrapOutboundOut(output), promise: nil)
        output = channel.channel.allocator.buffer(capacity: 0)
    }

    func close() {
        channel?.close(promise: nil)
    }
}
