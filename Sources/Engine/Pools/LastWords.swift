/// The last lines that a process wrote to its stderr, for the record of its end.
struct LastWords {
    private static let lineLimit = 20
    private static let byteLimit = 4096

    private(set) var lines: [String] = []
    private var bytes = 0

    mutating func heard(_ text: String) {
        lines.append(text)
        bytes += text.utf8.count
        while lines.count > Self.lineLimit || (lines.count > 1 && bytes > Self.byteLimit) {
            bytes -= lines.removeFirst().utf8.count
        }
    }

    var text: String { lines.joined(separator: "\n") }
}
