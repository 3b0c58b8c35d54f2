import NIOCore

/// Cuts the bytes of a stream into frames.
///
/// A frame's body is a slice of what was read, not a copy. What is kept between two reads is less than one frame,
/// so the memory of a connection is bounded by the largest frame it may send. After an error the stream has no frame
/// boundary any more: the connection must be closed.
package struct FrameDecoder: Sendable {
    /// The most that the length field of a frame may say (type and body).
    package var maxFrameBytes: Int
    /// Bytes of a frame whose end has not come yet.
    private(set) var buffer = ByteBuffer()

    package init(maxFrameBytes: Int = Frame.maxBytesBeforeWelcome) {
        self.maxFrameBytes = maxFrameBytes
    }

    package mutating func append(_ bytes: consuming ByteBuffer) {
        guard buffer.readableBytes > 0 else {
            buffer = bytes
            return
        }
        // Frames handed out still share the old storage: this moves only the half frame out of it.
        buffer.discardReadBytes()
        buffer.writeBuffer(&bytes)
    }

    /// The next whole frame, or `nil` when its end has not come yet.
    package mutating func next() throws(ProtocolError) -> Frame? {
        guard buffer.readableBytes > 0 else {
            // An idle connection keeps no read buffer, and the channel can use it again.
            buffer = ByteBuffer()
            return nil
        }
        let available = buffer.readableBytes
        guard available >= 4 else { return nil }
        let length = Int(buffer.readableBytesSpan.integer(at: 0, as: UInt32.self))
        guard length <= maxFrameBytes else {
            throw ProtocolError(.frameTooLarge, "a frame of \(length) bytes; at most \(maxFrameBytes) are allowed")
        }
        guard length > 0 else { throw ProtocolError(.malformedFrame, "a frame of no bytes, without a type") }
        guard available > 4 else { return nil }
        let number = buffer.readableBytesSpan.integer(at: 4, as: UInt8.self)
        guard let type = FrameType(rawValue: number) else {
            throw ProtocolError(.unknownFrame, "frame type \(number) is not known")
        }
        let start = buffer.readerIndex
        guard let body = buffer.getSlice(at: start + Frame.headerBytes, length: length - 1) else { return nil }
        buffer.moveReaderIndex(to: start + 4 + length)
        return Frame(type: type, body: body)
    }
}
