import Testing
import TextLog

@Suite struct TextLineTests {
    private static let head = "2024-02-29T13:04:05.067Z info     "

    private func read(_ text: String) -> TextLine? { TextLine(Array(text.utf8)[...]) }

    private func pairs(_ line: TextLine?) -> [String] {
        (line?.pairs ?? []).map { "\(String(decoding: $0.key, as: UTF8.self)):\($0.value)" }
    }

    @Test func aLineIsTakenApart() throws {
        let pairs = #"job=7 queue=mail reason="x y\n\"z\" \u{1b}[""#
        let line = try #require(read("2024-02-29T13:04:05.067Z critical a b \(pairs)"))
        #expect(line.time == "2024-02-29T13:04:05.067Z" && line.level == "critical" && line.message == "a b")
        #expect(self.pairs(line) == ["job:7", "queue:mail", "reason:x y\n\"z\" \u{1B}["])
    }

    /// Whatever a worker writes, what is read is what was written.
    @Test(arguments: [
        "", " ", "hello", "hello  world ", "paid job=7", "job=7", "job=7 pool=other", "x --", "--", "a -- b", "a=b --",
        #"say "hi""#, #"reason="x y""#, #"reason="x"#, #"a="\""#, #"\"#, #"x=\"#, #"x="\\""#, "=", "a=", "=b", "a==b",
        "a=b=c",
        "one\ntwo job=7", "one\n", "\nx=y", "tab\there\tx=y", "\u{1B}[2J", "grün=ja", "é=è", "x\u{301}=y", "--x", "x--",
        #""a b"=c"#, "a b=\u{2028}c", "a=\"\"",
    ])
    func aMessageIsNeverTakenForPairs(message: String) throws {
        let printable = LogWord.printable(message)
        let groups: [[(String, String)]] = [
            [], [("job", "8")], [("job", "8"), ("reason", "x = \"y\" --\\"), ("z", "")],
            [("a", "--"), ("b", "\\"), ("c", "\"")],
        ]
        for values in groups {
            let words = values.map { (key: $0.0, value: LogWord.word($0.1)) }
            let line = try #require(read(Self.head + LogPairs.line(message: printable, pairs: words)))
            #expect(LogWord.printable(line.message) == printable, "\(values)")
            #expect(pairs(line) == values.map { "\($0.0):\($0.1)" })
        }
    }

    @Test func onlyWhereItIsNeededThereIsAMark() {
        #expect(LogPairs.line(message: "started", pairs: [("pool", "mail")]) == "started pool=mail")
        #expect(LogPairs.line(message: "a=b", pairs: [("pool", "mail")]) == "a=b -- pool=mail")
        #expect(LogPairs.line(message: "a = b", pairs: []) == "a = b")
    }

    @Test(arguments: [
        "", "hello", "    indented", "2024-02-29T13:04:05.067Z", "2024-02-29T13:04:05.067Z info",
        "2024-02-29T13:04:05.067Zxinfo     y", "2024-02-29 13:04:05.067  info     y",
    ])
    func anythingElseIsNoEntry(text: String) {
        #expect(read(text) == nil)
    }

    @Test func nonsenseIsReadWithoutACrash() {
        var number: UInt64 = 1
        func next() -> UInt64 {
            number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return number >> 33
        }
        let alphabet = Array(#"ab= "\-{}un"#.utf8) + [0x0A, 0xFF, 0xC3]
        for _ in 0..<20_000 {
            let bytes = (0..<Int(next() % 30)).map { _ in alphabet[Int(next()) % alphabet.count] }
            let line = TextLine((Array(Self.head.utf8) + bytes)[...])
            _ = pairs(line)
            let message = LogWord.printable(String(decoding: bytes, as: UTF8.self))
            let written = LogPairs.line(message: message, pairs: [("k", "v")])
            #expect(read(Self.head + written).map { LogWord.printable($0.message) } == message)
        }
    }

    @Test(arguments: [
        "plain", "", "two words", "a=b", #"C:\x "y""#, "one\ntwo\ttab\r", "\u{1B}[2J", "\u{202E}txt", "grün", "\\u{41}",
        "\0",
    ])
    func aWordGivesItsValueBack(value: String) {
        #expect(LogWord.value(of: LogWord.word(value)) == value)
    }
}
