import Glibc
import JobModel
import Logging
import Systemd
import Testing
import TextLog

@Suite struct TextLogTests {
    private let lines = Recorder<String>()

    private func logger(colours: Bool = false) -> Logger {
        let handler = TextLogHandler(
            level: .info, colours: colours, now: { Timestamp(milliseconds: 1_709_211_845_067) },
            write: { [lines] in lines.record($0) })
        return Logger(label: "test") { _ in handler }
    }

    @Test func aLineHasTimeLevelMessageAndPairs() {
        let logger = logger()
        logger.event(.poolScaled, level: .notice, "pool scaled", metadata: ["pool": "mail", "from": "1", "to": "3"])
        logger.debug("not shown")
        #expect(lines.items == ["2024-02-29T13:04:05.067Z notice   pool scaled from=1 pool=mail to=3\n"])
    }

    @Test func coloursAreAddedAndNothingElse() throws {
        logger(colours: true).error("failed", metadata: ["job": "7"])
        logger().error("failed", metadata: ["job": "7"])
        let coloured = try #require(lines.items.first)
        #expect(coloured != lines.items[1])
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == lines.items[1])
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400_999, "2000-02-29T00:00:00.999Z"),
        (4_102_444_799_001, "2099-12-31T23:59:59.001Z"),
    ])
    func timesAreUTC(milliseconds: Int64, text: String) {
        #expect(TextLogHandler.time(Timestamp(milliseconds: milliseconds)) == text)
    }

    @Test(arguments: [
        ("plain", "plain"), ("42", "42"), ("", #""""#), ("two words", #""two words""#), ("a=b", #""a=b""#),
        (#"C:\x "y""#, #""C:\\x \"y\"""#), ("one\ntwo\ttab\r", #""one\ntwo\ttab\r""#), ("\u{1B}[2J", #""\u{1b}[2J""#),
        ("\u{202E}txt.exe", #""\u{202e}txt.exe""#), ("grün", "grün"),
    ])
    func aValueIsAlwaysOneWord(value: String, word: String) {
        #expect(LogWord.word(value) == word)
    }

    @Test func aMessageCannotForgeALine() {
        logger().info("first\n2024-02-29T13:04:05.067Z error    forged\u{1B}[31m")
        #expect(
            lines.items == [
                "2024-02-29T13:04:05.067Z info     first\n    2024-02-29T13:04:05.067Z error    forged\\u{1b}[31m\n"
            ])
    }

    @Test func theJournalIsChosenOnlyWhenStandardErrorGoesThere() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        var status = stat()
        #expect(fstat(ends[1], &status) == 0)
        let matching = ["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"]
        #expect(LogOutput.detect(environment: matching, descriptor: ends[1]) == .journal)
        let other = ["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino + 1)"]
        #expect(LogOutput.detect(environment: other, descriptor: ends[1]) == .text(colours: false))
        #expect(LogOutput.detect(environment: [:], descriptor: ends[1]) == .text(colours: false))
    }

    @Test(arguments: [
        ([:], true), (["NO_COLOR": "1"], false), (["NO_COLOR": ""], true), (["TERM": "dumb"], false),
    ])
    func aTerminalHasColoursUnlessItsUserSaysNo(environment: [String: String], colours: Bool) {
        var (controller, terminal): (Int32, Int32) = (0, 0)
        #expect(openpty(&controller, &terminal, nil, nil, nil) == 0)
        defer {
            close(controller)
            close(terminal)
        }
        #expect(LogOutput.detect(environment: environment, descriptor: terminal) == .text(colours: colours))
    }
}
