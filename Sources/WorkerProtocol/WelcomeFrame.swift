import NIOCore

/// The daemon's answer to a worker's HELLO.
package struct WelcomeFrame: Hashable, Sendable {
    package var protocolVersion: UInt16
    /// The worker's name, `mail-3`.
    package var workerName: String
    /// The largest frame that either side may send.
    package var maxFrameBytes: UInt32
    /// The largest result that a job may have.
    package var resultLimitBytes: UInt32

    package init(
        protocolVersion: UInt16 = ProtocolVersion.current, workerName: String, maxFrameBytes: UInt32,
        resultLimitBytes: UInt32
    ) {
        self.protocolVersion = protocolVersion
        self.workerName = workerName
        self.maxFrameBytes = maxFrameBytes
        self.resultLimitBytes = resultLimitBytes
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        protocolVersion = try body.require(body.readInteger(), of: .welcome)
        guard protocolVersion == ProtocolVersion.current else { throw .wrongProtocol(protocolVersion) }
        workerName = try body.readShort("worker name", of: .welcome)
        (maxFrameBytes, resultLimitBytes) = try body.require(body.readMultipleIntegers(), of: .welcome)
        try body.expectEnd(of: .welcome)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.welcome) { buffer in
            buffer.writeInteger(protocolVersion)
            buffer.writeShort(workerName)
            buffer.writeMultipleIntegers(maxFrameBytes, resultLimitBytes)
        }
    }
}
