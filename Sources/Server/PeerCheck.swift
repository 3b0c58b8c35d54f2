import CLinux
import Logging
import NIOCore

/// Lets only those peers in whom the socket's owner or group allows, by the credentials that the kernel vouches for.
///
/// The socket's mode says the same; this holds too where somebody widened the mode or handed a connection on.
final class PeerCheck: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    private let group: UInt32?
    private let logger: Logger

    init(group: UInt32?, logger: Logger) {
        self.group = group
        self.logger = logger
    }

    func channelActive(context: ChannelHandlerContext) {
        let peer = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { descriptor in
            jobsup_peer_is_allowed(descriptor, group ?? UInt32.max)
        }
        guard peer == 1 else {
            logger.warning("refused a connection to the API: its user is neither the owner nor in the socket's group")
            return context.close(promise: nil)
        }
        context.fireChannelActive()
    }
}
