import NIOCore

/// A worker leaves by itself, with no job in hand.
package struct ByeFrame: Hashable, Sendable {
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        reason = body.readRestAsText()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.bye) { $0.writeString(reason) }
    }
}
