/// One entry of the log as text: time, level, message, `key=value`.
package struct TextLine {
    /// RFC 3339.
    package let time: String
    package let level: String
    package let message: String
    package let pairs: [LogPairs.Pair]

    /// How wide the level is written, so that messages stand below each other.
    private static let levelWidth = 8
    private static let timeWidth = "2024-02-29T13:04:05.067Z".utf8.count
    /// What the lines of a message begin with that are not its first.
    package static let indent = "    "

    /// The level as it stands between time and message.
    package static func padded(level: String) -> String {
        level + String(repeating: " ", count: max(0, levelWidth - level.utf8.count))
    }

    /// Reads an entry without the newline at its end; `nil` when it is none.
    package init?(_ bytes: ArraySlice<UInt8>) {
        let messageStart = bytes.startIndex + Self.timeWidth + Self.levelWidth + 2
        guard bytes.endIndex >= messageStart, bytes[bytes.startIndex + Self.timeWidth - 1] == UInt8(ascii: "Z"),
            bytes[bytes.startIndex + Self.timeWidth] == UInt8(ascii: " "),
            bytes[messageStart - 1] == UInt8(ascii: " ")
        else { return nil }
        time = String(decoding: bytes.prefix(Self.timeWidth), as: UTF8.self)
        let level = bytes.dropFirst(Self.timeWidth + 1).prefix(Self.levelWidth).prefix { $0 != UInt8(ascii: " ") }
        self.level = String(decoding: level, as: UTF8.self)
        let (message, pairs) = LogPairs.split(bytes[messageStart...])
        self.message = String(decoding: message, as: UTF8.self).replacing("\n" + Self.indent, with: "\n")
        self.pairs = pairs
    }
}
