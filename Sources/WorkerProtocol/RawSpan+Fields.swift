import NIOCore

/// Fields in one pass over plain memory, for the frames that every job needs. `ByteBuffer`'s own accessors check each
/// field against its storage, which costs more than the field.
extension RawSpan {
    /// The integer at a place that was checked before.
    @inline(__always)
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as: Integer.Type = Integer.self)
        -> Integer
    {
        Integer(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    /// The str at `offset`, which moves behind it.
    @inline(__always)
    func short(
        at offset: inout Int, _ field: StaticString, of type: FrameType
    ) throws(ProtocolError) -> String {
        let range = try shortRange(at: &offset, field, of: type)
        var text = extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        // Decoding mends what is broken, so it is valid when it came out as it went in. `String(validating:)` asks the
        // same at several times the price.
        guard extracting(range).isEqual(to: &text) else { throw .malformed(type, "has a \(field) that is not UTF-8") }
        return text
    }

    /// Where the bytes of the str at `offset` are; it moves behind them.
    @inline(__always)
    func shortRange(
        at offset: inout Int, _ field: StaticString, of type: FrameType
    ) throws(ProtocolError) -> Range<Int> {
        guard offset + 2 <= byteCount else { throw .malformed(type, "ends within its \(field)") }
        let start = offset + 2
        let end = start + Int(integer(at: offset, as: UInt16.self))
        guard end <= byteCount else { throw .malformed(type, "ends within its \(field)") }
        offset = end
        return start..<end
    }
}

extension RawSpan {
    /// The str at `offset`, which moves behind it; `previous` itself when the bytes are the same.
    @inline(__always)
    func short(
        at offset: inout Int, _ field: StaticString, of type: FrameType, like previous: inout String
    ) throws(ProtocolError) {
        var end = offset
        let range = try shortRange(at: &end, field, of: type)
        if extracting(range).isEqual(to: &previous) {
            offset = end
        } else {
            previous = try short(at: &offset, field, of: type)
        }
    }

    @inline(__always)
    private func isEqual(to text: inout String) -> Bool {
        guard byteCount == text.utf8.count else { return false }
        return withUnsafeBytes { bytes in text.withUTF8 { bytes.elementsEqual($0) } }
    }
}

extension OutputRawSpan {
    @inline(__always)
    mutating func write<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer) {
        append(value.bigEndian, as: Integer.self)
    }

    /// Writes a str; its length was reckoned with before and fits.
    @inline(__always)
    mutating func writeShort(_ text: String) {
        var text = text
        write(UInt16(text.utf8.count))
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    @inline(__always)
    mutating func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        withUnsafeMutableBytes { memory, initializedCount in
            UnsafeMutableRawBufferPointer(rebasing: memory[initializedCount...]).copyMemory(from: bytes)
            initializedCount += bytes.count
        }
    }
}

extension ByteBuffer {
    /// Writes a frame whose body has a known length.
    @inline(__always)
    mutating func writeFrame(_ type: FrameType, bodyBytes: Int, _ body: (inout OutputRawSpan) -> Void) {
        writeWithOutputRawSpan(minimumWritableBytes: Frame.headerBytes + bodyBytes) { span in
            span.write(UInt32(1 + bodyBytes))
            span.write(type.rawValue)
            body(&span)
        }
    }
}
