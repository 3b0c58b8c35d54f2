import Synchronization
import Testing

@testable import JobsupWorker

@Suite struct JobLogTests {
    private final class Writes: Sendable {
        let all = Mutex<[[UInt8]]>([])
        var texts: [String] { all.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
    }

    private let writes = Writes()

    private func log(_ text: String, tagged: Bool = true) {
        JobLog(isTagged: tagged) { [writes] bytes in writes.all.withLock { $0.append(bytes) } }.log(text, of: 120)
    }

    @Test(arguments: [
        ("hello", "\u{1E}120\u{1F}hello\n"), ("", "\u{1E}120\u{1F}\n"),
        ("a\nb\n", "\u{1E}120\u{1F}a\n\u{1E}120\u{1F}b\n\u{1E}120\u{1F}\n"),
        ("a\r\nb", "\u{1E}120\u{1F}a\r\n\u{1E}120\u{1F}b\n"),
    ])
    func everyLineNamesItsJobAndAllAreOneWrite(text: String, written: String) {
        log(text)
        #expect(writes.texts == [written])
    }

    @Test func nothingIsAddedWhenTheDaemonDoesNotAskForIt() {
        log("a\nb", tagged: false)
        #expect(writes.texts == ["a\nb\n"])
    }

    @Test(arguments: [8180, 8185, 8186, 8187, 8188, 8190, 8192, 20_000])
    func aLongLineIsCutBetweenCharactersAndEachPieceNamesTheJob(count: Int) {
        for text in [String(repeating: "x", count: count), "x" + String(repeating: "€", count: count / 3)] {
            log(text)
            let lines = writes.texts.last?.split(separator: "\n") ?? []
            #expect(lines.allSatisfy { $0.utf8.count < JobLog.lineLimit && $0.hasPrefix("\u{1E}120\u{1F}") })
            #expect(lines.map { $0.dropFirst("\u{1E}120\u{1F}".count) }.joined() == text)
            #expect(lines.count == (text.utf8.count + 8185) / 8186 || text.hasPrefix("x€"))
        }
    }

    @Test(arguments: [([:], false), (["JOBSUP_OUTPUT_TAGS": "1"], true), (["JOBSUP_OUTPUT_TAGS": "0"], false)])
    func theEnvironmentDecides(variables: [String: String], isTagged: Bool) throws {
        let place = ["JOBSUP_SOCKET": "/s", "JOBSUP_TOKEN": "t"]
        #expect(try WorkerEnvironment(place.merging(variables) { $1 }).tagsOutput == isTagged)
    }
}
