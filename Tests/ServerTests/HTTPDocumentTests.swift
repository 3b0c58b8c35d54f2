import Foundation
import JobModel
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

    /// The fields of a type as they are in JSON, read from its source: those in front of its first initializer.
    private func fields(of type: String) throws -> [String] {
        let source = try text("Sources/Server/PoolDocument.swift")
        let rest = try #require(source.components(separatedBy: "struct \(type): Encodable {").dropFirst().first)
        let lines = rest.components(separatedBy: "    init(_ ")[0].components(separatedBy: "\n")
        return lines.compactMap { line in
            guard let match = line.firstMatch(of: /^    let (\w+):/) else { return nil }
            return match.1.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
        }
    }

    @Test(arguments: [
        ("PoolDocument", "\n## A pool\n", 27), ("WorkerEndDocument", "\nEach of `ends` has\n", 9),
        ("WorkerDocument", "\n## A worker\n", 13),
    ])
    func everyFieldIsExplained(_ type: String, _ heading: String, _ count: Int) throws {
        let page = try text("Sources/Documentation.docc/HTTP.md")
        let rest = try #require(page.components(separatedBy: heading).dropFirst().first)
        let lines = rest.components(separatedBy: "\n## ")[0].components(separatedBy: "\n").drop { !$0.hasPrefix("|") }
        let explained = lines.prefix { $0.hasPrefix("|") }.map { $0.components(separatedBy: "|")[1] }.joined()
        let fields = try fields(of: type)
        #expect(fields.count == count)
        for field in fields { #expect(explained.contains("`\(field)`"), "\(field)") }
        let words = explained.matches(of: /`(\w+)`/).map { String($0.1) }
        #expect(Set(words) == Set(fields))
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
