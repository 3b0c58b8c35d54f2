import NIOCore
import WorkerProtocol

/// Turns the bytes of the connection into answers; those of one read are handed out together.
final class ClientChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let hello: ClientHelloFrame
    let connection: ClientConnection
    private var decoder = FrameDecoder()
    private var isWelcome = false
    private var hasFailed = false

    init(hello: ClientHelloFrame, connection: ClientConnection) {
        self.hello = hello
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 64)
        hello.encode(into: &buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        decoder.append(unwrapInboundIn(data))
        var answers: [(request: UInt64, answer: ClientConnection.Answer)] = []
        do throws(ProtocolError) {
            while let frame = try decoder.next() {
                if let answer = try answer(in: frame, context) { answers.append(answer) }
            }
            connection.answer(answers)
        } catch {
            connection.answer(answers)
            fail(.notUnderstood(error.message), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.fail(.connectionLost)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.connectionLost, context)
    }

    private func answer(
        in frame: Frame, _ context: ChannelHandlerContext
    ) throws(ProtocolError) -> (request: UInt64, answer: ClientConnection.Answer)? {
        var body = frame.body
        switch frame.type {
        case .enqueued where isWelcome:
            let enqueued = try EnqueuedFrame(decoding: &body)
            return (
                enqueued.request, .success(enqueued.jobs.map { EnqueuedJob(number: $0.id, existed: $0.existing) })
            )
        case .refused where isWelcome:
            let refused = try RefusedFrame(decoding: &body)
            return (refused.request, .failure(EnqueueError(refused)))
        case .clientWelcome where !isWelcome:
            let welcome = try ClientWelcomeFrame(decoding: &body)
            isWelcome = true
            decoder.maxFrameBytes = Int(welcome.maxFrameBytes)
            connection.welcome(welcome)
        case .error:
            fail(EnqueueError(try ErrorFrame(decoding: &body)), context)
        default:
            throw .unexpected(frame.type, "from the daemon to a client at this moment")
        }
        return nil
    }

    private func fail(_ error: EnqueueError, _ context: ChannelHandlerContext) {
        hasFailed = true
        connection.fail(error)
        context.close(promise: nil)
    }
}
