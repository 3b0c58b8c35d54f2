import Foundation
import Supervision
import Testing

/// The architecture's page shows the states of a worker as they are.
@Suite struct WorkerDocumentTests {
    private let section: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "Sources/Documentation.docc/Architecture.md"), encoding: .utf8)
        let rest = try #require(page.components(separatedBy: "## States of a worker\n").dropFirst().first)
        section = rest.components(separatedBy: "\n## ")[0]
    }

    private static var table: [String] {
        let events = WorkerEvent.allCases
        let head = "| state |" + events.map { " \($0) |" }.joined()
        let rows = WorkerState.allCases.map { state in
            "| \(state) |" + events.map { cell(state.next(after: $0)) }.joined()
        }
        return [head, String(repeating: "|---", count: events.count + 1) + "|"] + rows
    }

    private static func cell(_ transition: WorkerTransition?) -> String {
        guard let transition else { return " |" }
        let actions = transition.actions.map { "\($0)" }.joined(separator: ", ")
        return actions.isEmpty ? " \(transition.state) |" : " \(transition.state) (\(actions)) |"
    }

    @Test func theTableThereIsTheTableHere() throws {
        let lines = section.components(separatedBy: "\n")
        let start = try #require(lines.firstIndex(of: Self.table[0]), "\(Self.table.joined(separator: "\n"))")
        #expect(Array(lines[start...].prefix { $0.hasPrefix("|") }) == Self.table)
    }

    @Test func theDrawingHasEveryStateAndEveryEvent() {
        let drawing = section.components(separatedBy: "```")[1]
        let words = Set(drawing.split { !$0.isLetter }.map(String.init))
        for word in WorkerState.allCases.map({ "\($0)" }) + WorkerEvent.allCases.map({ "\($0)" }) {
            #expect(words.contains(word), "\(word)")
        }
    }

    /// Each event and each action has a row that says what it is.
    @Test func everyEventAndActionIsExplained() {
        let names = section.components(separatedBy: "\n").compactMap { line -> [String]? in
            let cells = line.components(separatedBy: "|")
            return cells.count == 4 ? cells[1].components(separatedBy: ",") : nil
        }
        let explained = Set(names.joined().map { $0.trimmingCharacters(in: .whitespaces) })
        for word in WorkerEvent.allCases.map({ "\($0)" }) + WorkerAction.allCases.map({ "\($0)" }) {
            #expect(explained.contains(word), "\(word)")
        }
    }
}
