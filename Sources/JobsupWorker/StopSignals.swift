import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Calls back on an event loop for every SIGTERM and SIGINT, until it is cancelled.
///
/// By a real handler that writes into a pipe: a signal that is ignored, as Dispatch's sources want it, would stay
/// ignored in every program that a job handler starts.
final class StopSignals: Sendable {
    private static let signals = [SIGTERM, SIGINT]
    /// Where the signal handler, which can capture nothing, writes to.
    private static let writeEnd = Atomic<CInt>(-1)

    private let channel: any Channel

    init(on loop: any EventLoop, _ onSignal: @escaping @Sendable (_ name: String) -> Void) async throws(WorkerError) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .signalsUnavailable(String(cString: strerror(errno))) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        do {
            channel = try await NIOPipeBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(SignalHandler(onSignal: onSignal))
                    }
                }
                .takingOwnershipOfDescriptor(input: ends[0]).get()
        } catch {
            for end in ends { close(end) }
            throw .signalsUnavailable(String(describing: error))
        }
        Self.writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
        for number in Self.signals {
            signal(number) { number in
                let savedError = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(StopSignals.writeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
                errno = savedError
            }
        }
    }

    /// Signals do again what they do by default.
    func cancel() {
        for number in Self.signals { signal(number, SIG_DFL) }
        close(Self.writeEnd.exchange(-1, ordering: .sequentiallyConsistent))
        channel.close(promise: nil)
    }
}

/// Every byte that comes is the number of a signal.
private final class SignalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let onSignal: @Sendable (String) -> Void

    init(onSignal: @escaping @Sendable (String) -> Void) {
        self.onSignal = onSignal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for number in unwrapInboundIn(data).readableBytesView {
            onSignal(CInt(number) == SIGTERM ? "SIGTERM" : "SIGINT")
        }
    }
}
