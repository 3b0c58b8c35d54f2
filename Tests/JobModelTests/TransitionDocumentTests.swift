import Foundation
import JobModel
import Testing

@Suite("Transitions in the architecture's page")
struct TransitionDocumentTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/Documentation.docc/Architecture.md")

    private static var table: [String] {
        let events = JobEvent.allCases
        let head = "| state |" + events.map { " \($0) |" }.joined()
        let rows = JobState.allCases.map { state in
            "| \(state.name) |" + events.map { state.next(after: $0).map { " \($0.name) |" } ?? " |" }.joined()
        }
        return [head, String(repeating: "|---", count: events.count + 1) + "|"] + rows
    }

    @Test("the table there is the table here")
    func table() throws {
        let lines = try String(contentsOf: Self.page, encoding: .utf8).components(separatedBy: "\n")
        let start = try #require(lines.firstIndex(of: Self.table[0]), "\(Self.table.joined(separator: "\n"))")
        #expect(Array(lines[start...].prefix { $0.hasPrefix("|") }) == Self.table)
    }

    @Test("the drawing has every state and every event")
    func drawing() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let section = try #require(page.components(separatedBy: "## States of a job\n").last)
        let drawing = section.components(separatedBy: "```")[1]
        let words = Set(drawing.split { !$0.isLetter }.map(String.init))
        for word in JobState.allCases.map(\.name) + JobEvent.allCases.map({ "\($0)" }) {
            #expect(words.contains(word), "\(word)")
        }
    }
}
