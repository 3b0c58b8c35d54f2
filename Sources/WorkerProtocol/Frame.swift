import NIOCore

/// One whole frame as it came: its type, and its body as a slice of the bytes that were read.
package struct Frame: Sendable {
    /// Length and type.
    package static let headerBytes = 5
    /// What a peer may send before the other side has said how large a frame may be.
    package static let maxBytesBeforeWelcome = 64 * 1024

    package let type: FrameType
    package var body: ByteBuffer

    package init(type: FrameType, body: ByteBuffer) {
        self.type = type
        self.body = body
    }
}
