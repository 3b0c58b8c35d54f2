import Testing

@testable import Scaling

@Suite struct SignalAnswerTests {
    private static let seven = SignalReading(depth: 7)
    private static let aged = SignalReading(depth: 7, oldestAge: .milliseconds(12500))

    @Test(arguments: [
        ("7", seven), ("7\n", seven), (" 7.0 \n", seven), ("6.2", seven), ("7e0", seven), ("{\"depth\": 7}", seven),
        ("{\"depth\": 7, \"oldest_seconds\": null, \"more\": []}", seven),
        ("{\"depth\": 7, \"oldest_seconds\": 12.5}\n", aged), ("0", SignalReading(depth: 0)),
    ])
    func whatProgramsPrint(_ text: String, _ reading: SignalReading) throws {
        #expect(try SignalAnswer.reading(printed: text) == reading)
    }

    @Test(arguments: [
        "", "\n", "seven", "7 jobs", "7\n8", "-1", "nan", "inf", "0x7", "1e20", "{}", "{\"depth\": -1}",
        "{\"depth\": \"7\"}",
        "{\"depth\": 7, \"oldest_seconds\": -1}", "{\"depth\": 7", "[7]", "{\"depth\": 1e300}", "\"7\"",
    ])
    func rubbish(_ text: String) {
        #expect(throws: SignalFailure.self) { try SignalAnswer.reading(printed: text) }
    }

    @Test(arguments: [
        ("7\n", seven), ("7|12.5\n", aged), ("7|\n", seven), ("7.00|12.500000", aged),
        ("7|-0.5", SignalReading(depth: 7, oldestAge: .zero)),
    ])
    func whatQueriesGive(_ text: String, _ reading: SignalReading) throws {
        #expect(try SignalAnswer.reading(rows: text) == reading)
    }

    @Test(arguments: ["", "7\n8\n", "|12\n", "7|12|1\n", "7|00:00:12\n", "t\n", "-7"])
    func wrongRows(_ text: String) {
        #expect(throws: SignalFailure.self) { try SignalAnswer.reading(rows: text) }
    }

    @Test func aLongAnswerIsShownInPart() {
        let error = #expect(throws: SignalFailure.self) {
            try SignalAnswer.reading(printed: String(repeating: "x", count: 5000) + "\nsecond")
        }
        #expect(error?.message == "the program printed '\(String(repeating: "x", count: 60))…'")
    }
}
