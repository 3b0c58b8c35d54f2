import NIOCore

/// A client's first frame.
package struct ClientHelloFrame: Hashable, Sendable {
    package var protocolVersion: UInt16
    /// What the client calls itself; for logs.
    package var name: String

    package init(protocolVersion: UInt16 = ProtocolVersion.current, name: String) {
        self.protocolVersion = protocolVersion
        self.name = name
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        protocolVersion = try body.require(body.readInteger(), of: .clientHello)
        guard protocolVersion == ProtocolVersion.current else { throw .wrongProtocol(protocolVersion) }
        name = try body.readShort("name", of: .clientHello)
        try body.expectEnd(of: .clientHello)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.clientHello) { buffer in
            buffer.writeInteger(protocolVersion)
            buffer.writeShort(name)
        }
    }
}
