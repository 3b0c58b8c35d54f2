import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Channel {
    /// Keeps a connection from the programs that this one starts; to be called on the event loop.
    ///
    /// NIO makes its sockets without the flag. A child that held the connection open would hide its end from the daemon.
    package func closeOnExec() throws {
        _ = try pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { descriptor in
            fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }
}
