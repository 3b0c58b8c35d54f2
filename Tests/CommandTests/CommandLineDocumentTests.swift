import ArgumentParser
import Foundation
import Testing

@testable import jobsup

/// The document says what the command understands.
@Suite struct CommandLineDocumentTests {
    private struct Tool: Decodable { let command: Command }

    private struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                let kind: String
                let name: String
            }
            let shouldDisplay: Bool
            let names: [Name]?
        }
        let commandName: String
        let arguments: [Argument]?
        let subcommands: [Command]?

        /// What its users see; `--wait-for` is hidden.
        var options: [String] {
            (arguments ?? []).filter(\.shouldDisplay).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map(
                \.name)
        }
    }

    private let document: CommandLineDocument
    private let tool: Command

    init() throws {
        document = try CommandLineDocument()
        tool = try JSONDecoder().decode(Tool.self, from: Data(Jobsup._dumpHelp().utf8)).command
    }

    private func commands(_ command: Command, path: [String]) -> [(path: [String], command: Command)] {
        (command.subcommands ?? []).filter { $0.commandName != "help" }.flatMap { inner in
            let path = path + [inner.commandName]
            return [(path: path, command: inner)] + commands(inner, path: path)
        }
    }

    @Test func everyCommandHasItsSection() throws {
        let all = commands(tool, path: [])
        #expect(all.count >= 13)
        for (path, command) in all {
            #expect(document.section("jobsup \(path[0])") != nil, "\(path)")
            guard command.subcommands == nil || path == ["job"] else { continue }
            #expect(document.text.contains("`jobsup \(path.joined(separator: " "))`"), "\(path)")
        }
    }

    @Test func everyOptionIsExplained() throws {
        let shared = try #require(document.section("What all commands share"))
        var count = 0
        for (path, command) in commands(tool, path: []) {
            let section = try #require(document.section("jobsup \(path[0])"))
            for option in command.options {
                count += 1
                let rows = (shared + section).split(separator: "\n").filter { $0.hasPrefix("| `--") }
                let isExplained = rows.contains { row in
                    row.split(separator: "|")[0].contains("`--\(option)`") || row.hasPrefix("| `--\(option) ")
                }
                #expect(isExplained, "\(path) --\(option)")
            }
        }
        #expect(count > 60)
    }

    @Test func everyExitCodeIsExplained() throws {
        let shared = try #require(document.section("What all commands share"))
        let codes = Jobsup.configuration.discussion.split(separator: "Exit codes:\n")[1].split(separator: "\n")
            .compactMap { $0.split(separator: " ").first }
        #expect(codes == ["0", "1", "3", "4", "5", "6", "64", "66", "74"])
        for code in codes { #expect(shared.contains("\n| \(code) |"), "\(code)") }
    }

    @Test func examplesAreUnderstood() throws {
        #expect(document.examples.count > 15)
        #expect(document.examples.contains(["enqueue", "send_mail", "--payload", #"{"to": "a@b.c"}"#, "--wait"]))
        for arguments in document.examples {
            #expect(throws: Never.self, "\(arguments)") {
                try Jobsup.parseAsRoot(CommandArguments.normalized(arguments))
            }
        }
    }
}
