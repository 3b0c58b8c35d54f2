import CLinux
import Glibc
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
        let isAllowed = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { socket in
            var pid: pid_t = 0
            var user: uid_t = 0
            var primaryGroup: gid_t = 0
            guard clinux_peer_credentials(socket, &pid, &user, &primaryGroup) == 0 else { return false }
            return user == 0 || user == geteuid() || clinux_peer_is_in_group(socket, group ?? getegid()) == 1
        }
        guard isAllowed == true else {
            logger.warning("refused a connection to the API: its user is neither the owner nor in the socket's group")
            return context.close(promise: nil)
        }
        context.fireChannelActive()
    }
}
