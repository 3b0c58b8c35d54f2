import Foundation
import JobModel
import Scaling
import Testing

@testable import Server

/// The page of the HTTP API says what the API does.
@Suite struct HTTPDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    private func codes(in folder: String) throws -> Set<String> {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: folder).path)
        return try files.filter { $0.hasSuffix(".swift") }.reduce(into: []) { codes, file in
            for match in try text("\(folder)/\(file)").matches(of: /code: "([a-z_]+)"/) {
                codes.insert(String(match.1))
            }
        }
    }

    @Test func everyCodeIsExplained() throws {
        let page = try text("Sources/Documentation.docc/HTTP.md")
        let codes = try codes(in: "Sources/Server").union(try codes(in: "Sources/TaskJSON"))
            .union([
                "too_many_jobs", "payload_too_large", "unknown_queue", "bad_key", "bad_max_attempts", "bad_timeout",
                "nothing_to_roll_out", "bad_configuration", "out_of_bounds",
            ])
        #expect(codes.count > 15)
        for code in codes { #expect(page.contains("`\(code)`"), "\(code)") }
    }

    @Test func limitsAreRight() throws {
        let page = try text("Sources/Documentation.docc/HTTP.md")
        #expect(API.longestWait == .seconds(300) && page.contains("at most 300 s"))
        #expect(JobFilter().limit == 50 && API.largestPage == 1000 && page.contains("50 by default, at most 1000"))
    }

    /// The fields of a type as they are in JSON, read from its source: those in front of its first initializer or its end.
    private func fields(of type: String, in file: String) throws -> [String] {
        let lines = try text("Sources/Server/\(file).swift").components(separatedBy: "\n")
        let start = try #require(lines.firstIndex { $0.hasSuffix("struct \(type): Encodable {") })
        let indent = String(lines[start].prefix { $0 == " " })
        let members = lines[(start + 1)...].prefix { $0 != indent + "}" && !$0.hasPrefix(indent + "    init(_ ") }
        return members.compactMap { line in
            guard line.hasPrefix(indent), let match = line.dropFirst(indent.count).firstMatch(of: /^    let `?(\w+)`?:/)
            else { return nil }
            return match.1.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
        }
    }

    /// The first table behind a line.
    private func table(behind line: String) throws -> String {
        let page = try text("Sources/Documentation.docc/HTTP.md")
        let rest = try #require(page.components(separatedBy: "\n\(line)\n").dropFirst().first)
        let lines = rest.components(separatedBy: "\n## ")[0].components(separatedBy: "\n").drop { !$0.hasPrefix("|") }
        return lines.prefix { $0.hasPrefix("|") }.map { $0.components(separatedBy: "|")[1] }.joined()
    }

    @Test(arguments: [
        ("PoolDocument", "PoolDocument", "## A pool", 29),
        ("WorkerEndDocument", "PoolDocument", "Each of `ends` has", 12),
        ("WorkerDocument", "PoolDocument", "## A worker", 13),
        ("ScalingDocument", "ScalingDocument", "## The scaling of a pool", 11),
        ("Seen", "ScalingDocument", "Its `seen` has", 19),
        ("Decision", "ScalingDocument", "Its `decision` has", 5),
        ("ScalingRecordDocument", "ScalingDocument", "Each of the `decisions` of the history has", 7),
    ])
    func everyFieldIsExplained(_ type: String, _ file: String, _ line: String, _ count: Int) throws {
        let explained = try table(behind: line)
        let fields = try fields(of: type, in: file)
        #expect(fields.count == count)
        for field in fields { #expect(explained.contains("`\(field)`"), "\(field)") }
        let words = explained.matches(of: /`(\w+)`/).map { String($0.1) }
        #expect(Set(words) == Set(fields))
    }

    @Test func everyFieldOfAWishToScaleIsExplained() throws {
        let words = try table(behind: "## A wish to scale").matches(of: /`(\w+)`/).map { String($0.1) }
        let refusal = #expect(throws: Refusal.self) { try ScaleBody.order(Array(#"{"xyzzy":1}"#.utf8), by: "anna") }
        let known = try #require(refusal?.hint.components(separatedBy: "fields: ").last)
        #expect(words.sorted() == known.components(separatedBy: ", "))
    }

    @Test func everyRuleOfScalingIsExplained() throws {
        let page = try text("Sources/Documentation.docc/Operations.md")
        let section = try #require(page.components(separatedBy: "\n## Scaling\n").dropFirst().first)
        let rows = section.components(separatedBy: "\n## ")[0].components(separatedBy: "\n").filter {
            $0.hasPrefix("| `")
        }
        let words = rows.flatMap { row in
            row.components(separatedBy: "|")[1].matches(of: /`(\w+)`/).map { String($0.1) }
        }
        #expect(words.sorted() == ScalingRule.allCases.filter { $0 != .baseline }.map(\.rawValue).sorted())
    }

    @Test func everyCauseIsListed() throws {
        let page = try text("Sources/Documentation.docc/HTTP.md")
        let row = try #require(page.components(separatedBy: "\n").first { $0.hasPrefix("| `cause` |") })
        let listed = row.matches(of: /`(\w+)`/).dropFirst().map { String($0.1) }
        let source = try text("Sources/Supervision/EndCause.swift")
        let names = source.matches(of: /: "([a-z_]+)"\n/).map { String($0.1) }.filter { !$0.contains(" ") }
        #expect(Set(listed) == Set(names) && listed.count == names.count)
    }
}
