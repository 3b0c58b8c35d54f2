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
            ])
        #expect(codes.count > 15)
        for code in codes { #expect(page.contains("`\(code)`"), "\(code)") }
    }

    @Test func limitsAreRight() throws {
        let page = try text("Sources/Documentation.docc/HTTP.md")
        #expect(API.longestWait == .seconds(300) && page.contains("at most 300 s"))
        #expect(JobFilter().limit == 50 && API.largestPage == 1000 && page.contains("50 by default, at most 1000"))
    }
}
