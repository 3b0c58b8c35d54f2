import ArgumentParser
import Foundation
import JobModel

/// `jobsup rollout`
struct RolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Replace all workers of a pool, one by one and each only when the next one has proved itself.",
        discussion: """
            The first new worker works beside the old ones until its first jobs
            were good. When new workers die or fail more than the old ones did, the
            pool goes back to what it was. A command given here holds until the
            daemon is restarted or the pool's configuration changes.

            Examples:
              jobsup rollout mail
              jobsup rollout mail --no-wait
              jobsup rollout mail --command /opt/mail-2/bin/worker --verbose
            """)

    @Argument(help: "The pool's name.")
    var pool: String

    @Flag(inversion: .prefixedNo, help: "Wait until the new workers are in place, or taken back.")
    var wait = true

    @OptionGroup var common: CommonOptions

    @Option(parsing: .remaining, help: "Another program with its arguments; the last option, all after it is taken.")
    var command: [String] = []

    func run() async throws {
        let daemon = common.daemon
        let begun = try await daemon.rollOut(pool, command: command.isEmpty ? nil : command)
        guard wait else {
            try common.show(begun) { "pool \($0.name): bringing in generation \($0.generation)" }
            return
        }
        var bar = ProgressBar("pool \(pool)", time: .system)
        var answer = begun
        while try answer.document.isRollingOut {
            let document = try answer.document
            let done = document.rollout.done ?? 0
            bar.show(done, fraction: document.wanted > 0 ? Double(done) / Double(document.wanted) : nil)
            try await Task.sleep(for: .milliseconds(100))
            answer = try await daemon.pool(pool)
        }
        bar.clear()
        if let complaint = complaint(of: try answer.document, begun: try begun.document.generation) {
            if common.json { try Console.print(answer.text) }
            throw complaint
        }
        try common.show(answer) { "pool \($0.name): \($0.rollout.message ?? "done")" }
    }

    /// What kept the generation that was begun from its place.
    private func complaint(of document: PoolDocument, begun: Int) -> Complaint? {
        let isCutShort = document.rollout.state == "none"
        if isCutShort, document.removed || document.generation < begun {
            return Complaint(
                "pool \(pool): it was removed from the configuration before the new workers were in place", .refused)
        }
        if isCutShort {
            return Complaint(
                "pool \(pool): the daemon stops, before the new workers were in place",
                hint: "what the configuration says holds after its next start", .unreachable)
        }
        guard document.generation < begun else { return nil }
        return Complaint(
            "pool \(pool): \(document.rollout.message ?? "the new workers were taken back")",
            hint: "jobsup pool \(pool) shows how they ended", .refused)
    }
}
