import ArgumentParser
import DaemonConfiguration
import Foundation
import JobModel
import Logging
import Server
import Systemd

/// The daemon's command line.
@main
struct JobsupD: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobsupd",
        abstract: "The jobsup daemon: a durable job queue and the supervisor of its workers.",
        discussion:
            "Usually started by systemd: systemctl start supervisor. SIGTERM lets running jobs finish; a second one does not.",
        version: Daemon.version)

    @Option(help: "The configuration file; files in conf.d beside it are laid over it.")
    var config = "/etc/jobsup/jobsup.yaml"

    @Option(help: "Where the database and the lock are.")
    var stateDirectory: String?

    @Option(help: "Where the sockets are.")
    var runtimeDirectory: String?

    @Option(help: "trace, debug, info, notice, warning or error.")
    var logLevel: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let detected = LogOutput.detect(environment: environment)
        let source = ConfigurationSource(path: config, environment: environment, flags: flags)
        let configuration = try load(source, output: detected)
        let output = configuration.log.output ?? detected
        let level = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
        let logger = Self.logger(output, level: level)
        for warning in configuration.warnings { logger.warning("\(warning)") }
        let notifier = Notifier.fromEnvironment()
        do {
            let settings = try DaemonSettings(configuration, environment: environment)
            try await Daemon(
                settings: settings, source: source, logger: logger, logPlace: LogPlace(output), notifier: notifier,
                time: .system
            ).run()
        } catch {
            let failure = StartFailure(error)
            logger.event(
                failure.event, level: .critical, "cannot run: \(failure.reason)",
                metadata: ["file": "\(config)", "reason": "\(failure.reason)"])
            throw ExitCode(failure.exitCode)
        }
    }

    private var flags: [(flag: String, path: [String], value: String)] {
        var flags: [(flag: String, path: [String], value: String)] = []
        if let stateDirectory { flags.append(("--state-directory", ["state_directory"], stateDirectory)) }
        if let runtimeDirectory { flags.append(("--runtime-directory", ["runtime_directory"], runtimeDirectory)) }
        if let logLevel { flags.append(("--log-level", ["log_level"], logLevel)) }
        return flags
    }

    private func load(_ source: ConfigurationSource, output: LogOutput) throws -> Configuration {
        do throws(ConfigurationError) {
            return try source.load()
        } catch {
            let logger = Self.logger(output, level: .info)
            for problem in error.problems {
                logger.event(
                    .configurationInvalid, level: .critical, "\(problem)",
                    metadata: ["file": "\(config)", "reason": "\(problem)"])
            }
            throw ExitCode(StartFailure.Code.configuration)
        }
    }

    private static func logger(_ output: LogOutput, level: Logger.Level) -> Logger {
        Logger(label: "jobsupd") { _ in
            output.handler(identifier: "jobsupd", level: level, now: TimeSource.system.now)
        }
    }
}

extension Configuration.Log {
    /// The file that is asked for. What it does not take goes to standard error, which may well be the journal.
    var output: LogOutput? {
        file.map { path in
            .file(
                LogFile(
                    path: path, rotation: LogRotation(maxBytes: maxBytes, keep: keep), now: TimeSource.system.now,
                    fallback: LogOutput.writeToStandardError))
        }
    }
}

extension LogPlace {
    fileprivate init(_ output: LogOutput) {
        switch output {
        case .journal: self.init(.journal, unit: Unit.own)
        case .text: self.init(.stderr)
        case .file(let file): self.init(.file, path: file.path)
        }
    }
}
