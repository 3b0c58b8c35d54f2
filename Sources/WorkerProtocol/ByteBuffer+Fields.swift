import NIOCore

/// The field kinds of the protocol: str (u16 length, UTF-8), blob (u32 length, bytes), rest (to the end).
extension ByteBuffer {
    /// Writes a frame: its header, then what `body` writes.
    @inline(__always)
    mutating func writeFrame(_ type: FrameType, _ body: (inout ByteBuffer) -> Void) {
        let start = writerIndex
        writeMultipleIntegers(UInt32(0), type.rawValue)
        body(&self)
        setInteger(UInt32(writerIndex - start - 4), at: start)
    }

    /// Writes a frame without a body: READY, DRAIN, RECALL.
    package mutating func writeEmptyFrame(_ type: FrameType) {
        writeMultipleIntegers(UInt32(1), type.rawValue)
    }

    /// Writes a str; a text longer than its length field can say is cut between two characters.
    mutating func writeShort(_ text: String) {
        let count = text.utf8.count
        guard count <= UInt16.max else { return writeShort(text.prefix(utf8Bytes: Int(UInt16.max))) }
        writeInteger(UInt16(count))
        writeString(text)
    }

    mutating func writeBlob(_ bytes: [UInt8]) {
        writeInteger(UInt32(bytes.count))
        writeBytes(bytes)
    }

    /// Reads a str that names something; it must be UTF-8.
    mutating func readShort(_ field: StaticString, of type: FrameType) throws(ProtocolError) -> String {
        guard let length = readInteger(as: UInt16.self), let view = viewBytes(at: readerIndex, length: Int(length))
        else {
            throw .malformed(type, "ends within its \(field)")
        }
        guard let text = String(validating: view, as: UTF8.self) else {
            throw .malformed(type, "has a \(field) that is not UTF-8")
        }
        moveReaderIndex(forwardBy: Int(length))
        return text
    }

    /// Reads a blob: one copy.
    mutating func readBlob(_ field: StaticString, of type: FrameType) throws(ProtocolError) -> [UInt8] {
        guard let length = readInteger(as: UInt32.self), let bytes = readBytes(length: Int(length)) else {
            throw .malformed(type, "ends within its \(field)")
        }
        return bytes
    }

    /// The rest as text for people. A broken byte in a traceback is no reason to lose a worker: it is replaced.
    mutating func readRestAsText() -> String {
        let text = String(decoding: readableBytesView, as: UTF8.self)
        moveReaderIndex(to: writerIndex)
        return text
    }

    mutating func readRest() -> ByteBuffer {
        let rest = slice()
        moveReaderIndex(to: writerIndex)
        return rest
    }

    /// Unwraps fixed fields that were read together.
    @inline(__always)
    func require<Fields>(_ fields: Fields?, of type: FrameType) throws(ProtocolError) -> Fields {
        guard let fields else { throw .malformed(type, "is too short") }
        return fields
    }

    /// Says that a frame has no more fields.
    package func expectEnd(of type: FrameType) throws(ProtocolError) {
        guard readableBytes == 0 else { throw .malformed(type, "has \(readableBytes) bytes too many") }
    }
}

extension String {
    /// As many whole characters as fit into so many bytes of UTF-8.
    package func prefix(utf8Bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        // Back to the first byte of the character that would be cut.
        while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { utf8.formIndex(before: &end) }
        return String(self[..<end])
    }
}
