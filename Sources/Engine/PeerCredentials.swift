import CLinux
import Glibc
import NIOCore

/// Who is at the other end of a Unix socket, as the kernel vouches for it.
///
/// The socket's mode says who may connect; this holds too where somebody widened the mode or handed a connection on.
package enum PeerCredentials {
    /// Whether the peer is root, the daemon's own user, or a member of the group; `nil` stands for the daemon's own group.
    package static func allow(_ channel: any Channel, group: UInt32?) -> Bool {
        let isAllowed = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { socket in
            var pid: pid_t = 0
            var user: uid_t = 0
            var primaryGroup: gid_t = 0
            guard clinux_peer_credentials(socket, &pid, &user, &primaryGroup) == 0 else { return false }
            return user == 0 || user == geteuid() || clinux_peer_is_in_group(socket, group ?? getegid()) == 1
        }
        return isAllowed == true
    }
}
