import NIOCore

/// The daemon's answer to a client's hello.
package struct ClientWelcomeFrame: Hashable, Sendable {
    package var protocolVersion: UInt16
    /// The largest frame that either side may send.
    package var maxFrameBytes: UInt32

    package init(protocolVersion: UInt16 = ProtocolVersion.current, maxFrameBytes: UInt32) {
        self.protocolVersion = protocolVersion
        self.maxFrameBytes = maxFrameBytes
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        protocolVersion = try body.require(body.readInteger(), of: .clientWelcome)
        guard protocolVersion == ProtocolVersion.current else { throw .wrongProtocol(protocolVersion) }
        maxFrameBytes = try body.require(body.readInteger(), of: .clientWelcome)
        try body.expectEnd(of: .clientWelcome)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.clientWelcome) { $0.writeMultipleIntegers(protocolVersion, maxFrameBytes) }
    }
}
