import NIOCore

/// A worker's first frame: who it is and what it can run.
package struct HelloFrame: Hashable, Sendable {
    package var protocolVersion: UInt16
    /// Jobs it runs at once.
    package var slots: UInt16
    package var token: String
    /// What the worker's program says about its version; free text.
    package var build: String
    /// The job types it runs; empty for any.
    package var types: [String]

    package init(
        protocolVersion: UInt16 = ProtocolVersion.current, slots: UInt16, token: String, build: String = "",
        types: [String] = []
    ) {
        self.protocolVersion = protocolVersion
        self.slots = slots
        self.token = token
        self.build = build
        self.types = types
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        // The version comes first and is judged first: what follows may be laid out in another way.
        protocolVersion = try body.require(body.readInteger(), of: .hello)
        guard protocolVersion == ProtocolVersion.current else { throw .wrongProtocol(protocolVersion) }
        slots = try body.require(body.readInteger(), of: .hello)
        token = try body.readShort("token", of: .hello)
        build = try body.readShort("build", of: .hello)
        let count = try body.require(body.readInteger(as: UInt16.self), of: .hello)
        types = []
        for _ in 0..<count {
            types.append(try body.readShort("type", of: .hello))
        }
        try body.expectEnd(of: .hello)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.hello) { buffer in
            buffer.writeMultipleIntegers(protocolVersion, slots)
            buffer.writeShort(token)
            buffer.writeShort(build)
            let types = types.prefix(Int(UInt16.max))
            buffer.writeInteger(UInt16(types.count))
            for type in types { buffer.writeShort(type) }
        }
    }
}
