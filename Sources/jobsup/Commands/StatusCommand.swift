import ArgumentParser
import Foundation
import JobModel

/// `jobsup status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the daemon, its queues and its pools stand.",
        discussion: """
            Examples:
              jobsup status
              jobsup status --watch
              jobsup status --json --watch    a document each second, one on a line
            """)

    @Flag(help: "Show it again every second until interrupted.")
    var watch = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let daemon = common.daemon
        guard watch else {
            try common.show(try await daemon.status(), text)
            return
        }
        let screen = common.json ? nil : Screen(STDOUT_FILENO)
        while true {
            do {
                let answer = try await daemon.status()
                let isRead = try screen?.show(text(answer.document)) ?? common.show(answer, text)
                guard isRead else { return }
            } catch let complaint as Complaint where screen != nil && complaint.status == .unreachable {
                // A daemon that is restarted comes back.
                try screen?.show(complaint.text)
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func text(_ status: StatusDocument) -> String {
        StatusText(status: status, style: Console.style, now: TimeSource.system.now()).text
    }
}
