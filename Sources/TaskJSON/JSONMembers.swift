/// Splits a JSON object into its members without taking the values apart.
///
/// A job's payload must reach the worker byte for byte (a decoder and an encoder in between would change large
/// numbers and the order of keys), so the values are ranges of the original bytes. What it accepts is RFC 8259.
package struct JSONMembers {
    /// Where and why the bytes are not a JSON object.
    package struct Malformed: Error {
        package let offset: Int
        package let message: String
    }

    /// Each key as it stands between its quotes (one with escapes matches no name that is looked for), and its value.
    package private(set) var members: [(key: String, value: Range<Int>)] = []
    private let bytes: [UInt8]
    private var index = 0

    /// Objects and arrays within one another, at most. One more stands around them in a job's document, and decoders of
    /// JSON, Foundation's for one, take 512.
    static let depthLimit = 511

    package init(_ bytes: [UInt8]) throws(Malformed) {
        self.bytes = bytes
        try text()
        try object()
    }

    package subscript(key: String) -> ArraySlice<UInt8>? {
        members.last { $0.key == key }.map { bytes[$0.value] }
    }

    private mutating func object() throws(Malformed) {
        space()
        try expect(UInt8(ascii: "{"), "expected an object")
        space()
        if take(UInt8(ascii: "}")) { return try end() }
        repeat {
            space()
            let start = index
            try string()
            let key = String(decoding: bytes[(start + 1)..<(index - 1)], as: UTF8.self)
            space()
            try expect(UInt8(ascii: ":"), "expected ':' after a key")
            space()
            let valueStart = index
            try value(depth: 1)
            members.append((key, valueStart..<index))
            space()
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"), "expected ',' or '}'")
        try end()
    }

    private mutating func end() throws(Malformed) {
        space()
        guard index == bytes.count else { throw malformed("something follows the object") }
    }

    /// Checks that the bytes are one JSON value of any kind.
    package static func check(_ value: [UInt8]) throws(Malformed) {
        var scanner = JSONMembers(scanning: value)
        try scanner.text()
        scanner.space()
        try scanner.value(depth: 1)
        scanner.space()
        guard scanner.index == value.count else { throw scanner.malformed("something follows the value") }
    }

    /// The values of a JSON array, as ranges of its bytes.
    package static func elements(of array: ArraySlice<UInt8>) throws(Malformed) -> [ArraySlice<UInt8>] {
        var scanner = JSONMembers(scanning: Array(array))
        var result: [ArraySlice<UInt8>] = []
        try scanner.expect(UInt8(ascii: "["), "expected an array")
        scanner.space()
        if scanner.take(UInt8(ascii: "]")) { return [] }
        repeat {
            scanner.space()
            let start = scanner.index
            try scanner.value(depth: 1)
            result.append(array[(array.startIndex + start)..<(array.startIndex + scanner.index)])
            scanner.space()
        } while scanner.take(UInt8(ascii: ","))
        try scanner.expect(UInt8(ascii: "]"), "expected ',' or ']'")
        return result
    }

    private init(scanning bytes: [UInt8]) {
        self.bytes = bytes
    }

    // MARK: The grammar

    private func text() throws(Malformed) {
        do throws(UTF8.ValidationError) { _ = try UTF8Span(validating: bytes.span) } catch {
            throw Malformed(offset: error.byteOffsets.lowerBound, message: "this is not UTF-8")
        }
    }

    private mutating func value(depth: Int) throws(Malformed) {
        guard depth <= Self.depthLimit else { throw malformed("nested more than \(Self.depthLimit) deep") }
        guard index < bytes.count else { throw malformed("ends where a value should be") }
        switch bytes[index] {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try list(closedBy: UInt8(ascii: "}"), depth: depth, keyed: true)
        case UInt8(ascii: "["): try list(closedBy: UInt8(ascii: "]"), depth: depth, keyed: false)
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func list(closedBy close: UInt8, depth: Int, keyed: Bool) throws(Malformed) {
        index += 1
        space()
        if take(close) { return }
        repeat {
            space()
            if keyed {
                try string()
                space()
                try expect(UInt8(ascii: ":"), "expected ':' after a key")
                space()
            }
            try value(depth: depth + 1)
            space()
        } while take(UInt8(ascii: ","))
        try expect(close, "expected ',' or the end of the list")
    }

    private mutating func string() throws(Malformed) {
        try expect(UInt8(ascii: "\""), "expected a string")
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw malformed("a control character within a string")
            default: break
            }
        }
        throw malformed("ends within a string")
    }

    private mutating func escape() throws(Malformed) {
        guard index < bytes.count else { throw malformed("ends within a string") }
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "u") {
            let digits = bytes[index..<min(index + 4, bytes.count)]
            guard digits.count == 4, digits.allSatisfy(isHexDigit) else { throw malformed("a bad \\u escape") }
            index += 4
        } else if !"\"\\/bfnrt".utf8.contains(byte) {
            throw malformed("an unknown escape")
        }
    }

    private mutating func number() throws(Malformed) {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
    }

    private mutating func digits() throws(Malformed) {
        let start = index
        while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
        guard index > start else { throw malformed("expected a value") }
    }

    private mutating func word(_ text: String) throws(Malformed) {
        let end = index + text.utf8.count
        guard end <= bytes.count, bytes[index..<end].elementsEqual(text.utf8) else {
            throw malformed("expected a value")
        }
        index = end
    }

    private func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private mutating func space() {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ message: String) throws(Malformed) {
        guard take(byte) else { throw malformed(message) }
    }

    private func malformed(_ message: String) -> Malformed {
        Malformed(offset: index, message: message)
    }
}
