import Testing

@testable import jobsup

@Suite struct LineSplitterTests {
    private func lines(_ pieces: [[UInt8]]) -> [LineSplitter.Line] {
        var splitter = LineSplitter()
        var lines: [LineSplitter.Line] = []
        for piece in pieces {
            splitter.append(piece)
            while let line = splitter.next() { lines.append(line) }
        }
        splitter.end()
        while let line = splitter.next() { lines.append(line) }
        return lines
    }

    @Test func blankLinesAreCountedAndPassedOver() {
        let found = lines([Array("one\n\n \t\r\ntwo\r\nthree".utf8)])
        #expect(found.map(\.number) == [1, 4, 5])
        #expect(found.map { String(decoding: $0.bytes, as: UTF8.self) } == ["one", "two\r", "three"])
        #expect(found.map(\.endOffset) == [4, 14, 19])
        #expect(lines([]).isEmpty)
        #expect(lines([Array("\n\n".utf8)]).isEmpty)
    }

    @Test func everyCutGivesTheSameLines() {
        let text = Array("{\"a\":1}\n\n{\"b\":2}\nlast line".utf8)
        let whole = lines([text])
        for first in 0...text.count {
            for second in first...text.count {
                let pieces = [Array(text[..<first]), Array(text[first..<second]), Array(text[second...])]
                #expect(lines(pieces) == whole)
            }
        }
        #expect(lines(text.map { [$0] }) == whole)
    }

    @Test func whatWaitsForItsEndIsKnown() {
        var splitter = LineSplitter()
        splitter.append(Array("ab\ncd".utf8))
        #expect(splitter.next()?.number == 1)
        #expect(splitter.next() == nil && splitter.pendingBytes == 2)
        splitter.append(Array("\n".utf8))
        #expect(splitter.next()?.number == 2)
        #expect(splitter.pendingBytes == 0)
    }

    @Test func ranges() {
        var ranges = LineRanges()
        #expect(ranges.description == "")
        ranges.add(1...500, follows: true)
        ranges.add(502...700, follows: true)
        ranges.add(900...900, follows: false)
        #expect(ranges.description == "1-700, 900")
    }
}
