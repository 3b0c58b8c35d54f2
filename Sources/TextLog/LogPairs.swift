/// The `key=value` words at the end of a line.
///
/// A message may end in such words of its own, and comes from workers: `paid job=7` must not be taken for a line of job 7.
/// Behind a message that ends so stands a mark, and what is before the mark is the message's.
package enum LogPairs {
    package struct Pair {
        package let key: ArraySlice<UInt8>
        /// As it is written, quoted if need be.
        package let word: ArraySlice<UInt8>

        package var value: String { LogWord.value(of: String(decoding: word, as: UTF8.self)) }
    }

    private static let space = UInt8(ascii: " ")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
    private static let equals = UInt8(ascii: "=")
    private static let mark = Array("--".utf8)

    /// Message, mark if there must be one, and pairs, whose keys and values are words.
    package static func line(message: String, pairs: [(key: String, value: String)]) -> String {
        ([message + separator(after: message)] + pairs.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
    }

    /// The mark with the space before it, where the message ends like pairs or like a mark; else nothing.
    package static func separator(after message: String) -> String {
        // Few messages end so, and most can be told by that.
        guard message.utf8.contains(equals) || message.hasSuffix("--") else { return "" }
        let bytes = Array(message.utf8)[...]
        return lastPair(of: bytes) != nil || endsWithMark(bytes) ? " --" : ""
    }

    /// What ``line(message:pairs:)`` put together; the pairs in their order.
    package static func split(_ line: ArraySlice<UInt8>) -> (message: ArraySlice<UInt8>, pairs: [Pair]) {
        var rest = line
        var pairs: [Pair] = []
        while let pair = lastPair(of: rest) {
            pairs.append(pair)
            rest = rest[..<pair.key.startIndex].dropLast()
        }
        if endsWithMark(rest) { rest = rest.dropLast(mark.count + 1) }
        return (rest, pairs.reversed())
    }

    private static func endsWithMark(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.suffix(mark.count).elementsEqual(mark)
            && (bytes.count == mark.count || bytes[bytes.endIndex - mark.count - 1] == space)
    }

    private static func lastPair(of bytes: ArraySlice<UInt8>) -> Pair? {
        guard let valueStart = bytes.last == quote ? quotedStart(in: bytes) : plainStart(in: bytes),
            valueStart > bytes.startIndex, bytes[valueStart - 1] == equals, valueStart < bytes.endIndex
        else { return nil }
        let head = bytes[..<(valueStart - 1)]
        let keyStart = head.lastIndex(of: space).map { $0 + 1 } ?? head.startIndex
        let key = head[keyStart...]
        guard !key.isEmpty, key.allSatisfy({ $0 > space && $0 != equals && $0 != quote && $0 != backslash }) else {
            return nil
        }
        return Pair(key: key, word: bytes[valueStart...])
    }

    /// Where a value without quotes begins: behind the last `=` of the last word.
    private static func plainStart(in bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.endIndex
        while index > bytes.startIndex {
            let byte = bytes[index - 1]
            if byte == equals { return index }
            guard byte > space, byte != quote, byte != backslash else { return nil }
            index -= 1
        }
        return nil
    }

    /// Where the quotes open that the last byte closes: within a value, each quote has a backslash that no other one undoes.
    private static func quotedStart(in bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.endIndex - 1
        while index > bytes.startIndex {
            index -= 1
            guard bytes[index] == quote else { continue }
            var escapes = 0
            while index - escapes > bytes.startIndex, bytes[index - escapes - 1] == backslash { escapes += 1 }
            if escapes % 2 == 0 { return index }
        }
        return nil
    }
}
