import NIOCore

/// Why the daemon closes the connection.
package struct ErrorFrame: Hashable, Sendable {
    package var code: String
    package var message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    package init(_ error: ProtocolError) {
        self.init(code: error.code.rawValue, message: error.message)
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        code = try body.readShort("code", of: .error)
        message = body.readRestAsText()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.error) { buffer in
            buffer.writeShort(code)
            buffer.writeString(message)
        }
    }
}
