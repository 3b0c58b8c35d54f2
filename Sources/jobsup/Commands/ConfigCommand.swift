import ArgumentParser
import DaemonConfiguration
import Foundation

/// `jobsup config`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check the daemon's configuration.",
        discussion: """
            Example:
              jobsup config check
            """,
        subcommands: [ConfigCheckCommand.self])
}

/// `jobsup config check`
struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Print the effective configuration with where each value comes from, or all that is wrong.",
        discussion: """
            Needs no running daemon. What this command's environment overrides counts.

            Examples:
              jobsup config check
              jobsup config check new.yaml
            """)

    @Argument(help: "The configuration file.", completion: .file())
    var file = "/etc/jobsup/jobsup.yaml"

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let configuration: Configuration
        do {
            configuration = try ConfigurationLoader(environment: ProcessInfo.processInfo.environment).load(file)
        } catch {
            throw Complaint("the configuration is wrong", hint: "\(error)", .wrongInput)
        }
        for warning in configuration.warnings { Console.error(Shown.line("warning: \(warning)") + "\n") }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try Console.print(String(decoding: encoder.encode(configuration.settings), as: UTF8.self))
        } else {
            try Console.print(ConfigurationReport(configuration).text)
        }
    }
}
