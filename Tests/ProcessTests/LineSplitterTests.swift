import SeededRandom
import Testing

@testable import ProcessHost

@Suite("Line splitter")
struct LineSplitterTests {
    private func split(_ bytes: [UInt8], chunk: Int) -> [OutputLine] {
        var splitter = LineSplitter(.output)
        var lines: [OutputLine] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(chunk))
            part.withUnsafeBytes { splitter.add($0, to: &lines) }
            rest = rest.dropFirst(part.count)
        }
        splitter.finish(to: &lines)
        return lines
    }

    @Test(arguments: [1, 2, 3, 7, 8191, 8192, 8193, 65536])
    func howItArrivesMakesNoDifference(chunk: Int) {
        var random = SeededRandom(seed: 7)
        for _ in 0..<6 {
            var text = ""
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let piece = ["a", "é", "€", "😀", ""].randomElement(using: &random) ?? ""
                text += String(repeating: piece, count: Int.random(in: 0...9000, using: &random))
                if Bool.random(using: &random) { text += "\n" }
            }
            let lines = split(Array(text.utf8), chunk: chunk)
            #expect(lines == split(Array(text.utf8), chunk: 1 << 20))
            #expect(lines.allSatisfy { $0.text.utf8.count <= OutputLine.limitBytes })
            // Nothing is lost, no character is cut in two, and the newlines are where they were.
            var joined = lines.map { $0.isCut ? $0.text : $0.text + "\n" }.joined()
            if !text.hasSuffix("\n"), !text.isEmpty { joined.removeLast() }
            #expect(joined == text)
        }
    }

    @Test(arguments: [OutputLine.limitBytes - 1, OutputLine.limitBytes, OutputLine.limitBytes + 1])
    func limitIsExact(count: Int) {
        let lines = split([UInt8](repeating: 97, count: count) + [10], chunk: 4096)
        #expect(lines.map(\.isCut) == (count > OutputLine.limitBytes ? [true, false] : [false]))
        #expect(lines.reduce(0) { $0 + $1.text.utf8.count } == count)
    }

    @Test func emptyLinesAndForeignBytesStay() {
        #expect(split(Array("\n\na\n".utf8), chunk: 100).map(\.text) == ["", "", "a"])
        #expect(split([0xFF, 0xFE, 10], chunk: 1).map(\.text) == ["\u{FFFD}\u{FFFD}"])
        #expect(split([], chunk: 1).isEmpty)
    }
}
