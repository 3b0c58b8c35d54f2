import CLinux
import Glibc

/// A socket on which processes say how they are; any number of processes may share one.
package final class NotifySocket: Sendable {
    package let path: String
    let id: UInt64
    let descriptor: Descriptor

    /// What an earlier socket has left at the path is removed; nothing else is.
    init(path: String, mode: mode_t, id: UInt64) throws(SystemCallFailure) {
        self.path = path
        self.id = id
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        descriptor = Descriptor(owning: try systemCall("bind", clinux_bind_notify_socket(path, mode)))
    }

    func removeFile() {
        unlink(path)
    }
}

/// Requests are told apart by the socket itself.
extension NotifySocket: Hashable {
    package static func == (left: NotifySocket, right: NotifySocket) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
