import NIOCore
import WorkerProtocol

/// Turns the bytes of the connection into calls of the ``JobRunner``; all jobs of one read go there together.
final class WorkerChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let hello: HelloFrame
    private let runner: JobRunner
    private var decoder = FrameDecoder()
    private var isWelcome = false
    private var hasFailed = false

    init(hello: HelloFrame, runner: JobRunner) {
        self.hello = hello
        self.runner = runner
    }

    func channelActive(context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 512)
        hello.encode(into: &buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        decoder.append(unwrapInboundIn(data))
        var jobs: [JobFrame] = []
        do throws(ProtocolError) {
            while let frame = try decoder.next() {
                var body = frame.body
                if frame.type == .job {
                    guard isWelcome else { throw ProtocolError.unexpected(.job, "before WELCOME") }
                    jobs.append(try JobFrame(decoding: &body))
                } else {
                    // What follows a job may be about it.
                    hand(over: &jobs)
                    try handle(frame.type, &body, context)
                }
            }
            hand(over: &jobs)
        } catch {
            fail(.notUnderstood(error.message), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        runner.connectionEnded(.connectionLost)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.connectionLost, context)
    }

    private func hand(over jobs: inout [JobFrame]) {
        guard !jobs.isEmpty else { return }
        runner.receive(jobs)
        jobs = []
    }

    private func handle(
        _ type: FrameType, _ body: inout ByteBuffer, _ context: ChannelHandlerContext
    ) throws(ProtocolError) {
        switch type {
        case .welcome where !isWelcome:
            let welcome = try WelcomeFrame(decoding: &body)
            isWelcome = true
            decoder.maxFrameBytes = Int(welcome.maxFrameBytes)
            runner.welcome(
                resultLimitBytes: min(Int(welcome.resultLimitBytes), SettlementFrame.maxResultBytes(in: welcome)))
            var buffer = context.channel.allocator.buffer(capacity: Frame.headerBytes)
            buffer.writeEmptyFrame(.ready)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        case .cancel:
            runner.cancel(try CancelFrame(decoding: &body))
        case .drain:
            try body.expectEnd(of: type)
            runner.drain(reason: "")
        case .recall:
            try body.expectEnd(of: type)
            runner.recall()
        case .settled:
            // A stale settlement changed nothing there, and there is nothing to take back here.
            _ = try SettledFrame(decoding: &body)
        case .error:
            let error = try ErrorFrame(decoding: &body)
            fail(.refused(code: error.code, message: error.message), context)
        default:
            throw .unexpected(type, "from the daemon to a worker at this moment")
        }
    }

    private func fail(_ error: WorkerError, _ context: ChannelHandlerContext) {
        hasFailed = true
        runner.connectionEnded(error)
        context.close(promise: nil)
    }
}
