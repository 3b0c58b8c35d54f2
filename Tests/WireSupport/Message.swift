import NIOCore

import WorkerProtocol

/// Any frame of the protocol, decoded.
package enum Message: Hashable {
    case hello(HelloFrame)
    case settlement(SettlementFrame)
    case progress(ProgressFrame)
    case bye(ByeFrame)
    case welcome(WelcomeFrame)
    case job(JobFrame)
    case cancel(CancelFrame)
    case settled(SettledFrame)
    case error(ErrorFrame)
    case clientHello(ClientHelloFrame)
    case enqueue(EnqueueFrame)
    case clientWelcome(ClientWelcomeFrame)
    case enqueued(EnqueuedFrame)
    case refused(RefusedFrame)
    /// READY, DRAIN or RECALL.
    case empty(FrameType)

    package init(_ frame: Frame) throws(ProtocolError) {
        var body = frame.body
        switch frame.type {
        case .hello: self = .hello(try HelloFrame(decoding: &body))
        case .done, .fail, .retry, .snooze, .discard, .returned:
            self = .settlement(try SettlementFrame(frame.type, decoding: &body))
        case .progress: self = .progress(try ProgressFrame(decoding: &body))
        case .bye: self = .bye(try ByeFrame(decoding: &body))
        case .welcome: self = .welcome(try WelcomeFrame(decoding: &body))
        case .job: self = .job(try JobFrame(decoding: &body))
        case .cancel: self = .cancel(try CancelFrame(decoding: &body))
        case .settled: self = .settled(try SettledFrame(decoding: &body))
        case .error: self = .error(try ErrorFrame(decoding: &body))
        case .clientHello: self = .clientHello(try ClientHelloFrame(decoding: &body))
        case .enqueue: self = .enqueue(try EnqueueFrame(decoding: &body))
        case .clientWelcome: self = .clientWelcome(try ClientWelcomeFrame(decoding: &body))
        case .enqueued: self = .enqueued(try EnqueuedFrame(decoding: &body))
        case .refused: self = .refused(try RefusedFrame(decoding: &body))
        case .ready, .drain, .recall:
            try body.expectEnd(of: frame.type)
            self = .empty(frame.type)
        }
    }

    package func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .hello(let frame): frame.encode(into: &buffer)
        case .settlement(let frame): frame.encode(into: &buffer)
        case .progress(let frame): frame.encode(into: &buffer)
        case .bye(let frame): frame.encode(into: &buffer)
        case .welcome(let frame): frame.encode(into: &buffer)
        case .job(let frame): frame.encode(into: &buffer)
        case .cancel(let frame): frame.encode(into: &buffer)
        case .settled(let frame): frame.encode(into: &buffer)
        case .error(let frame): frame.encode(into: &buffer)
        case .clientHello(let frame): frame.encode(into: &buffer)
        case .enqueue(let frame): frame.encode(into: &buffer)
        case .clientWelcome(let frame): frame.encode(into: &buffer)
        case .enqueued(let frame): frame.encode(into: &buffer)
        case .refused(let frame): frame.encode(into: &buffer)
        case .empty(let type): buffer.writeEmptyFrame(type)
        }
    }
}
