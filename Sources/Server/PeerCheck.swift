import Engine
import Logging
import NIOCore

/// Lets only those peers in whom the socket's owner or group allows.
final class PeerCheck: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    private let group: UInt32?
    private let logger: Logger

    init(group: UInt32?, logger: Logger) {
        self.group = group
        self.logger = logger
    }

    func channelActive(context: ChannelHandlerContext) {
        guard PeerCredentials.allow(context.channel, group: group) else {
            logger.warning("refused a connection to the API: its user is neither the owner nor in the socket's group")
            return context.close(promise: nil)
        }
        context.fireChannelActive()
    }
}
