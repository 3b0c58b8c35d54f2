import ArgumentParser

/// `jobsup queue`
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Show the queues, or one of them.",
        discussion: """
            Examples:
              jobsup queue
              jobsup queue mail
            """)

    @Argument(help: "The queue's name.")
    var name: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        if let name {
            try common.show(try await common.daemon.queue(name)) { table([$0]) }
        } else {
            try common.show(try await common.daemon.queues()) { table($0.queues) }
        }
    }

    private func table(_ queues: [QueueDocument]) -> String {
        Table.of(queues).text(Console.style, nothing: "no queues")
    }
}
