import Testing

@testable import jobsup

@Suite struct StyleTests {
    @Test func colourNeedsATerminalThatKnowsItAndAUserWhoWantsIt() {
        #expect(Style(isTerminal: true, environment: ["TERM": "xterm"]).isColoured)
        #expect(Style(isTerminal: true, environment: ["NO_COLOR": ""]).isColoured)
        #expect(!Style(isTerminal: false, environment: ["TERM": "xterm"]).isColoured)
        #expect(!Style(isTerminal: true, environment: ["TERM": "xterm", "NO_COLOR": "1"]).isColoured)
        #expect(!Style(isTerminal: true, environment: ["TERM": "dumb"]).isColoured)
    }

    @Test func paintIsWashedOff() {
        let style = Style(isColoured: true)
        #expect(style.paint("x", .bad) == "\u{1B}[31mx\u{1B}[0m")
        #expect(style.paint("", .bad) == "")
        #expect(style.paint("x", nil) == "x")
        #expect(Style.plain.paint("x", .bad) == "x")
    }

    @Test func aFrameIsWrittenOverTheLastOne() {
        #expect(Screen.frame("a\nb\nc\nd", rows: 4) == "\u{1B}[Ha\u{1B}[K\nb\u{1B}[K\nc\u{1B}[K\u{1B}[J")
    }
}
