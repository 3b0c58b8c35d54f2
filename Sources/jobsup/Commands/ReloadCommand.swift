import ArgumentParser

/// `jobsup reload`
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the daemon read its configuration again; a wrong one changes nothing.",
        discussion: """
            Changed pools are rolled out anew, removed ones drained, new ones
            started; all others go on untouched.

            Example:
              jobsup reload
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.show(try await common.daemon.reload()) { document in
            document.changes.isEmpty ? "nothing has changed" : document.changes.joined(separator: "\n")
        }
    }
}
