import Glibc
import NIOCore
import NIOPosix

/// A Unix socket in the file system: where it is, and who may connect.
package struct SocketFile: Sendable, Hashable {
    package let path: String
    /// The permission bits, as for chmod.
    package let mode: UInt32
    /// The group that owns it; `nil` for the daemon's own.
    package let group: UInt32?

    package init(path: String, mode: UInt32, group: UInt32? = nil) {
        self.path = path
        self.mode = mode
        self.group = group
    }

    /// Sets owner and mode of the bound socket.
    package func restrict() throws(SocketFileError) {
        if let group, chown(path, uid_t.max, group) != 0 {
            throw SocketFileError(
                path: path, message: "cannot give it to group \(group): \(String(cString: strerror(errno)))")
        }
        guard chmod(path, mode) == 0 else {
            throw SocketFileError(path: path, message: "cannot set its mode: \(String(cString: strerror(errno)))")
        }
    }

    /// Binds the socket on a loop. A file that a dead daemon left is replaced: the lock on the runtime directory says
    /// that no other daemon lives.
    func bind(
        on loop: any EventLoop, handler: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        let channel = try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 1024)
            // Without descriptors left a waiting connection keeps the socket readable: the loop would spin.
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let backoff = AcceptBackoffHandler(shouldForwardIOErrorCaught: false)
                    try channel.pipeline.syncOperations.addHandler(backoff)
                }
            }
            // Many frames to a read: a wake-up costs as much as ten jobs.
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 * 1024))
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer(handler)
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true)
            .get()
        try restrict()
        return channel
    }
}

/// A socket that could not be set up.
package struct SocketFileError: Error, CustomStringConvertible {
    package let path: String
    package let message: String

    package var description: String { "\(path): \(message)" }
}
