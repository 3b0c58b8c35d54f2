import Foundation
import JobsupWorker
import Testing

@testable import MailWorker

/// The examples of the documentation: they are the code that is compiled here, and they do what they say.
@Suite struct ExampleTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    @Test func aHandlerRunsInline() async throws {
        let worker = MailWorker.makeWorker()
        let receipt = try await worker.runInline(
            "send_mail", Mail(to: "ann@example.org", subject: "Welcome"), returning: Receipt.self)
        #expect(receipt == Receipt(messageID: "Welcome@ann@example.org"))
    }

    @Test func aHandlerSaysHowItsJobEnds() async throws {
        let worker = MailWorker.makeWorker()
        try await worker.runInline("call_partner", PartnerCall(expected: .ok))
        await #expect(throws: Retry.self) { try await worker.runInline("call_partner", PartnerCall(expected: .busy)) }
        await #expect(throws: Snooze.self) {
            try await worker.runInline("call_partner", PartnerCall(expected: .closed))
        }
        await #expect(throws: Discard.self) {
            try await worker.runInline("call_partner", PartnerCall(expected: .unknown))
        }
        try await worker.runInline("send_newsletter", Newsletter(subject: "News", addresses: ["a", "b"]))
        #expect(try await worker.runInline("checksum", bytes: [1, 2]) == Array("33".utf8))
    }

    /// Every piece of Swift in the document stands in a file that is compiled, line for line but for the indentation.
    @Test func theDocumentShowsCodeThatCompiles() throws {
        let document = try String(
            contentsOf: root.appending(path: "Sources/Documentation.docc/SwiftWorker.md"), encoding: .utf8)
        let sources = try [
            "Tests/Examples/MailWorker/MailWorker.swift", "Tests/Examples/MailShop/MailShop.swift",
            "Tests/ExampleTests/ExampleTests.swift", "Tests/DependencyCheck/Package.swift",
        ].map { lines(of: try String(contentsOf: root.appending(path: $0), encoding: .utf8)) }
        let blocks = document.components(separatedBy: "```swift\n").dropFirst().map {
            lines(of: $0.components(separatedBy: "\n```").first ?? "")
        }
        #expect(blocks.count > 8)
        for block in blocks {
            #expect(sources.contains { $0.contains(block) }, "\(block.joined(separator: "\n"))")
        }
    }

    private func lines(of text: String) -> [String] {
        text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
