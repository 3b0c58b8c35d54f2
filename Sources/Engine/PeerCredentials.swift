import CLinux
import Glibc
import NIOCore

/// Who is at the other end of a Unix socket, as the kernel vouches for it.
///
/// The socket's mode says who may connect; this holds too where somebody widened the mode or handed a connection on.
package enum PeerCredentials {
    /// Whether the peer is root, the daemon's own user, or a member of the group; `nil` stands for the daemon's own group.
    package static func allow(_ channel: any Channel, group: UInt32?) -> Bool {
        guard let user = user(of: channel) else { return false }
        if user == 0 || user == geteuid() { return true }
        return withSocket(of: channel) { clinux_peer_is_in_group($0, group ?? getegid()) == 1 } == true
    }

    /// The number of the peer's user; `nil` when there is none. To be called on the channel's event loop.
    package static func user(of channel: any Channel) -> UInt32? {
        withSocket(of: channel) { socket -> UInt32? in
            var pid: pid_t = 0
            var user: uid_t = 0
            var group: gid_t = 0
            return clinux_peer_credentials(socket, &pid, &user, &group) == 0 ? user : nil
        } ?? nil
    }

    private static func withSocket<Value>(of channel: any Channel, _ body: (CInt) -> Value) -> Value? {
        (try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { body($0) }) ?? nil
    }
}
