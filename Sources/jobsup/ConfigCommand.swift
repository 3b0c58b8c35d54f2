import ArgumentParser
import DaemonConfiguration
import Foundation

/// `jobsup config`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check the daemon's configuration.", subcommands: [Check.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the effective configuration with where each value comes from, or all that is wrong.",
            discussion: "Example: jobsup config check /etc/jobsup/jobsup.yaml")

        @Argument(help: "The configuration file.")
        var file = "/etc/jobsup/jobsup.yaml"

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Complaint.reporting {
                do throws(ConfigurationError) {
                    let loader = ConfigurationLoader(environment: ProcessInfo.processInfo.environment)
                    try report(try loader.load(file))
                } catch {
                    throw Complaint("the configuration is wrong:\n\(error)", code: ExitStatus.refused)
                }
            }
        }

        private func report(_ configuration: Configuration) throws(ConfigurationError) {
            if json, let data = try? JSONEncoder().encode(configuration.settings) {
                print(String(decoding: data, as: UTF8.self))
            } else {
                print(ConfigurationReport(configuration).text)
            }
            for warning in configuration.warnings {
                FileHandle.standardError.write(Data("warning: \(warning)\n".utf8))
            }
        }
    }
}
