import Foundation
import NIOCore

/// A Unix stream socket in its plainest form, so that the daemon's end costs as little as it can.
package final class BlockingSocket {
    private let descriptor: CInt
    private var input = ByteBuffer()

    private init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    package static func listen(path: String) throws -> BlockingSocket {
        let socket = BlockingSocket(Foundation.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket.descriptor, $0, size) }
        }
        guard result == 0, Foundation.listen(socket.descriptor, 1) == 0 else { throw BlockingSocketError.cannotListen }
        return socket
    }

    package func accept() throws -> BlockingSocket {
        let accepted = Foundation.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw BlockingSocketError.cannotAccept }
        return BlockingSocket(accepted)
    }

    package func read() throws -> ByteBuffer {
        input.clear(minimumCapacity: 1 << 16)
        let count = try input.writeWithUnsafeMutableBytes(minimumWritableBytes: 1 << 16) { bytes in
            let count = Foundation.read(descriptor, bytes.baseAddress, bytes.count)
            guard count > 0 else { throw BlockingSocketError.closed }
            return count
        }
        precondition(count > 0)
        return input
    }

    /// Writes all of the buffer and empties it.
    package func write(_ buffer: inout ByteBuffer) throws {
        while buffer.readableBytes > 0 {
            let count = buffer.readWithUnsafeReadableBytes { bytes in
                max(0, Foundation.write(descriptor, bytes.baseAddress, bytes.count))
            }
            guard count > 0 else { throw BlockingSocketError.closed }
        }
        buffer.clear()
    }
}

package enum BlockingSocketError: Error {
    case cannotListen
    case cannotAccept
    /// The other side has closed.
    case closed
}
