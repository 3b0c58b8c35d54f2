import NIOCore

/// Nothing of a request was enqueued.
package struct RefusedFrame: Hashable, Sendable {
    package var request: UInt64
    package var code: String
    /// What is wrong, and on the lines after the first what to do about it.
    package var message: String

    package init(request: UInt64, code: String, message: String) {
        self.request = request
        self.code = code
        self.message = message
    }

    /// What is wrong: the first line of the message.
    package var reason: String { String(message.prefix { $0 != "\n" }) }
    /// What to do about it: the lines after it.
    package var hint: String { String(message.drop { $0 != "\n" }.dropFirst()) }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        request = try body.require(body.readInteger(), of: .refused)
        code = try body.readShort("code", of: .refused)
        message = body.readRestAsText()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.refused) { buffer in
            buffer.writeInteger(request)
            buffer.writeShort(code)
            buffer.writeString(message)
        }
    }
}
