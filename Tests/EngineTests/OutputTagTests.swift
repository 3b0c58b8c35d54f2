import JobModel
import Testing

@testable import Engine

@Suite struct OutputTagTests {
    @Test(arguments: [
        ("\u{1E}7\u{1F}hello", 7, "hello"), ("\u{1E}7\u{1F}", 7, ""),
        ("\u{1E}120\u{1F}grün \u{1F}", 120, "grün \u{1F}"),
        ("\u{1E}9223372036854775807\u{1F}x", Int64.max, "x"),
        // One mark is taken; what stands behind it is the worker's.
        ("\u{1E}7\u{1F}\u{1E}8\u{1F}x", 7, "\u{1E}8\u{1F}x"), ("\u{1E}7\u{1F}\u{301}x", 7, "\u{301}x"),
        ("\u{1E}7\u{1F}\0\u{FFFD}", 7, "\0\u{FFFD}"),
    ])
    func aMarkNamesTheJob(line: String, job: Int64, text: String) {
        let read = OutputTag.read(line)
        #expect(read.job == JobID(job) && Array(read.text.utf8) == Array(text.utf8))
    }

    @Test(arguments: [
        "", "hello", "\u{1E}", "\u{1F}", "\u{1E}7", "\u{1E}\u{1F}x", "\u{1E}x\u{1F}y", "\u{1E}7 \u{1F}x",
        "\u{1E} 7\u{1F}x",
        "\u{1E}-7\u{1F}x", "\u{1E}+7\u{1F}x", "\u{1E}0\u{1F}x", "\u{1E}07\u{1F}x", "\u{1E}1.5\u{1F}x", "\u{1E}٧\u{1F}x",
        "\u{1E}9223372036854775808\u{1F}x", "\u{1E}10000000000000000000\u{1F}x", "\u{1E}99999999999999999999999\u{1F}x",
        " \u{1E}7\u{1F}x", "x\u{1E}7\u{1F}y", "\u{1E}\u{1E}7\u{1F}x", "\u{1E}7\u{1E}x", "\u{1E}7\n\u{1F}x",
    ])
    func anythingElseIsLeftAsItIs(line: String) {
        let read = OutputTag.read(line)
        #expect(read.job == nil && Array(read.text.utf8) == Array(line.utf8))
    }
}
