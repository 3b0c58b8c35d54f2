import Glibc

/// Cuts a stream of bytes into lines, holding never more than one line's limit.
struct LineSplitter {
    private let stream: OutputLine.Stream
    /// The beginning of a line whose end has not come yet; at most the limit.
    private var partial: [UInt8] = []

    init(_ stream: OutputLine.Stream) {
        self.stream = stream
    }

    /// Appends to `lines` the lines that `bytes` completes.
    mutating func add(_ bytes: UnsafeRawBufferPointer, to lines: inout [OutputLine]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // One more than the limit: a line of exactly the limit is whole when its newline follows.
            let window = rest.prefix(OutputLine.limitBytes + 1 - partial.count)
            if let end = Self.firstNewline(in: window) {
                endLine(with: window[..<end], to: &lines)
                rest = rest[(end + 1)...]
            } else {
                partial.append(contentsOf: window)
                rest = rest[window.endIndex...]
                if partial.count > OutputLine.limitBytes { cutLine(to: &lines) }
            }
        }
    }

    /// The last line, when the stream ended without a newline.
    mutating func finish(to lines: inout [OutputLine]) {
        guard !partial.isEmpty else { return }
        emit(partial[...], isCut: false, to: &lines)
        partial = []
    }

    private mutating func endLine(with bytes: Slice<UnsafeRawBufferPointer>, to lines: inout [OutputLine]) {
        guard !partial.isEmpty else {
            let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes), as: UTF8.self)
            lines.append(OutputLine(stream: stream, text: text, isCut: false))
            return
        }
        partial.append(contentsOf: bytes)
        emit(partial[...], isCut: false, to: &lines)
        partial.removeAll(keepingCapacity: true)
    }

    private mutating func cutLine(to lines: inout [OutputLine]) {
        let piece = Self.wholeCharacters(partial.prefix(OutputLine.limitBytes))
        emit(piece, isCut: true, to: &lines)
        partial.removeFirst(piece.count)
    }

    private func emit(_ bytes: ArraySlice<UInt8>, isCut: Bool, to lines: inout [OutputLine]) {
        lines.append(OutputLine(stream: stream, text: String(decoding: bytes, as: UTF8.self), isCut: isCut))
    }

    private static func firstNewline(in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard let start = UnsafeRawBufferPointer(rebasing: bytes).baseAddress,
            let found = memchr(start, Int32(UInt8(ascii: "\n")), bytes.count)
        else { return nil }
        return bytes.startIndex + start.distance(to: UnsafeRawPointer(found))
    }

    /// Leaves a UTF-8 character that would be cut in two for the next piece.
    private static func wholeCharacters(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let continuation = bytes.suffix(3).reversed().prefix { $0 & 0xC0 == 0x80 }.count
        let upToLead = bytes.dropLast(continuation)
        guard continuation < 3, let lead = upToLead.last, lead >= 0xC0 else { return bytes }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        return continuation + 1 < length ? upToLead.dropLast() : bytes
    }
}
