import JobModel
import JobStore
import NIOCore
import WorkerProtocol

/// The connection of one client that enqueues by frames. Lives on the engine's event loop.
///
/// A client may have many requests under way; when they hold more than ``bytesUnderWay`` bytes, the link reads no further until
/// some are on disk, so that a client which is faster than the disk costs no memory. Nor does it read while answers wait for a
/// client that does not take them.
final class ClientLink: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let bytesUnderWay = 8 << 20
    /// How long a connection may stay without a CLIENT_HELLO.
    private static let helloTimeout: Duration = .seconds(10)

    private let context: EngineContext
    private let intake: SharedIntake
    private let door: ClientDoor
    private var decoder = FrameDecoder()
    private var channel: ChannelHandlerContext?
    private var isGreeted = false
    private var hasFailed = false
    private var pendingBytes = 0
    private var isReadHeld = false
    private var isInside = false
    private var helloTimer: Scheduled<Void>?
    /// Answers that are not flushed yet.
    private var output = ByteBuffer()
    private var isFlushArmed = false

    init(context: EngineContext, intake: SharedIntake, door: ClientDoor) {
        self.context = context
        self.intake = intake
        self.door = door
    }

    func channelActive(context channel: ChannelHandlerContext) {
        self.channel = channel
        if let closed = door.enter(channel.channel) { return fail(code: closed.code, message: closed.message) }
        isInside = true
        helloTimer = context.schedule(at: context.time.uptime() + Self.helloTimeout) {
            let seconds = Self.helloTimeout.inSeconds
            self.fail(ProtocolError(.unexpectedFrame, "no CLIENT_HELLO within \(seconds) s"))
        }
    }

    func channelInactive(context channel: ChannelHandlerContext) {
        self.channel = nil
        helloTimer?.cancel()
        if isInside { door.leave() }
        isInside = false
    }

    func read(context channel: ChannelHandlerContext) {
        if mayRead(channel) { channel.read() } else { isReadHeld = true }
    }

    func channelWritabilityChanged(context channel: ChannelHandlerContext) {
        resumeReading()
        channel.fireChannelWritabilityChanged()
    }

    private func mayRead(_ channel: ChannelHandlerContext) -> Bool {
        pendingBytes <= Self.bytesUnderWay && channel.channel.isWritable
    }

    private func resumeReading() {
        guard isReadHeld, let channel, mayRead(channel) else { return }
        isReadHeld = false
        channel.read()
    }

    func channelRead(context channel: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        decoder.append(unwrapInboundIn(data))
        do throws(ProtocolError) {
            while let frame = try decoder.next() { try receive(frame) }
        } catch {
            fail(error)
        }
    }

    func channelReadComplete(context channel: ChannelHandlerContext) {
        // Before the next read, which looks at what waits to be written.
        flush()
        channel.fireChannelReadComplete()
    }

    func errorCaught(context channel: ChannelHandlerContext, error: any Error) {
        channel.close(promise: nil)
    }

    private func receive(_ frame: Frame) throws(ProtocolError) {
        var body = frame.body
        switch (frame.type, isGreeted) {
        case (.clientHello, false):
            _ = try ClientHelloFrame(decoding: &body)
            isGreeted = true
            helloTimer?.cancel()
            decoder.maxFrameBytes = max(context.limits.frameBytes, Self.bytesUnderWay)
            let welcome = ClientWelcomeFrame(maxFrameBytes: UInt32(clamping: decoder.maxFrameBytes))
            send { welcome.encode(into: &$0) }
        case (.enqueue, true):
            let bytes = body.readableBytes
            let frame = try EnqueueFrame(decoding: &body)
            enqueue(frame, bytes: bytes)
        default:
            throw .unexpected(frame.type, isGreeted ? "from a client after its hello" : "before CLIENT_HELLO")
        }
    }

    private func enqueue(_ frame: EnqueueFrame, bytes: Int) {
        let request = frame.request
        let jobs: [NewJob]
        do throws(Refusal) {
            var requests: [JobRequest] = []
            requests.reserveCapacity(frame.jobs.count)
            for spec in frame.jobs { requests.append(try JobRequest(spec)) }
            jobs = try intake.value.admit(requests, at: context.time.now())
        } catch {
            return refuse(request, code: error.code, message: "\(error.message)\n\(error.hint)")
        }
        pendingBytes += bytes
        let me = NIOLoopBound(self, eventLoop: context.loop)
        let loop = context.loop
        context.store.enqueue(jobs) { result in
            loop.execute { me.value.answer(request, bytes: bytes, result) }
        }
    }

    private func answer(_ request: UInt64, bytes: Int, _ result: Result<[EnqueueReceipt], StoreError>) {
        pendingBytes -= bytes
        switch result {
        case .success(let receipts):
            let jobs = receipts.map {
                EnqueuedFrame.Job(id: UInt64(bitPattern: $0.id.rawValue), existing: $0.existed)
            }
            send { EnqueuedFrame(request: request, jobs: jobs).encode(into: &$0) }
        case .failure(let error):
            refuse(request, code: error.code, message: "\(error.description)\n\(error.hint)")
        }
        resumeReading()
    }

    private func refuse(_ request: UInt64, code: String, message: String) {
        send { RefusedFrame(request: request, code: code, message: message).encode(into: &$0) }
    }

    private func fail(_ error: ProtocolError) {
        fail(code: error.code.rawValue, message: error.message)
    }

    /// Says why, and closes.
    private func fail(code: String, message: String) {
        hasFailed = true
        context.emit(.connectionRefused(socket: "client", code: code, message: message))
        ErrorFrame(code: code, message: message).encode(into: &output)
        flush()
        channel?.close(promise: nil)
    }

    /// All answers of one turn of the loop go out together.
    private func send(_ encode: (inout ByteBuffer) -> Void) {
        guard channel != nil else { return }
        encode(&output)
        guard !isFlushArmed else { return }
        isFlushArmed = true
        let me = NIOLoopBound(self, eventLoop: context.loop)
        context.loop.execute { me.value.flush() }
    }

    private func flush() {
        isFlushArmed = false
        guard output.readableBytes > 0, let channel else { return }
        channel.writeAndFlush(wrapOutboundOut(output), promise: nil)
        output = channel.channel.allocator.buffer(capacity: 0)
    }
}

extension JobRequest {
    /// Reads a client's wish, in which zero and empty stand for the defaults.
    init(_ spec: JobSpec) throws(Refusal) {
        let priority = spec.priority == 0 ? nil : Priority(spec.priority)
        if spec.priority != 0, priority == nil {
            throw Refusal(
                code: "bad_priority", message: "priority is \(spec.priority)", hint: "give 1 (first) to 10 (last)")
        }
        self.init(
            type: spec.type, queue: spec.queue.isEmpty ? nil : spec.queue, payload: spec.payload, priority: priority,
            maxAttempts: spec.maxAttempts == 0 ? nil : Int(spec.maxAttempts),
            timeout: spec.timeoutMilliseconds == 0 ? nil : .milliseconds(Int64(spec.timeoutMilliseconds)),
            runAt: spec.runAtMilliseconds == 0
                ? nil : Timestamp(milliseconds: Int64(clamping: spec.runAtMilliseconds)),
            key: spec.key.isEmpty ? nil : spec.key, requestID: spec.requestID.isEmpty ? nil : spec.requestID)
    }
}
