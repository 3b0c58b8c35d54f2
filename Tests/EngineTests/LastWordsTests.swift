import Testing

@testable import Engine

@Suite struct LastWordsTests {
    @Test func theLastTwentyLinesAreKept() {
        var words = LastWords()
        for line in 1...50 { words.heard("line \(line)") }
        #expect(words.lines == (31...50).map { "line \($0)" })
    }

    @Test func longLinesAreFewer() {
        var words = LastWords()
        for line in 1...10 { words.heard(String(repeating: "\(line % 10)", count: 1500)) }
        #expect(words.lines.count == 2 && words.lines.last?.first == "0" && words.text.utf8.count == 3001)
    }

    @Test func aLineThatIsTooLongIsKeptAlone() {
        var words = LastWords()
        words.heard("before")
        words.heard(String(repeating: "x", count: 8192))
        #expect(words.lines.count == 1)
        words.heard("after")
        #expect(words.lines == ["after"])
    }
}
