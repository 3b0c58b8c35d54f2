import ArgumentParser
import Foundation

/// `jobsup status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the daemon, its queues and its pools stand.",
        discussion: "Example: jobsup status --watch")

    @Flag(help: "Show it again every second until interrupted.")
    var watch = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Complaint.reporting {
            repeat {
                let data = try await common.daemon.get("/api/status")
                if watch, isatty(STDOUT_FILENO) == 1 { print("\u{1B}[H\u{1B}[2J", terminator: "") }
                if common.json {
                    print(String(decoding: data, as: UTF8.self))
                } else {
                    print(Self.text(try DaemonConnection.decoder.decode(StatusDocument.self, from: data)))
                }
                if watch { try await Task.sleep(for: .seconds(1)) }
            } while watch
        }
    }

    private static func text(_ status: StatusDocument) -> String {
        let store = status.store.ok ? "ok" : "TROUBLE: \(status.store.message ?? "")"
        var parts = [
            "jobsupd \(status.version), process \(status.pid), since \(status.startedAt), \(Shown.bytes(status.rssBytes))\n"
                + "store \(status.store.kind) \(status.store.path), synchronous \(status.store.synchronous): \(store)",
            PoolTables.queues(status.queues), PoolTables.pools(status.pools),
        ]
        if !status.warnings.isEmpty { parts.append(status.warnings.map { "warning: \($0)" }.joined(separator: "\n")) }
        return parts.joined(separator: "\n\n")
    }
}
