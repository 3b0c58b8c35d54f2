import DaemonConfiguration
import Foundation

/// A directory with configuration files, which goes with this value.
final class ConfigurationPlace {
    let directory: String

    init(_ text: String? = nil) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "jobsup-configuration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        directory = url.path
        if let text { try write(text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// The file that is loaded.
    var main: String { path("jobsup.yaml") }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    func write(_ text: String, to name: String = "jobsup.yaml") throws {
        try write(Array(text.utf8), to: name)
    }

    func write(_ bytes: [UInt8], to name: String = "jobsup.yaml") throws {
        let url = URL(filePath: path(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func load(
        _ environment: [String: String] = [:], flags: [(flag: String, path: [String], value: String)] = []
    ) throws(ConfigurationError) -> Configuration {
        try ConfigurationLoader(environment: environment, flags: flags).load(main)
    }

    /// What is wrong, with paths from this directory on; empty when nothing is.
    func problems(_ environment: [String: String] = [:]) -> [String] {
        do throws(ConfigurationError) {
            _ = try load(environment)
            return []
        } catch {
            return shown(error.problems)
        }
    }

    func warnings(_ environment: [String: String] = [:]) throws -> [String] {
        shown(try load(environment).warnings)
    }

    private func shown(_ problems: [ConfigurationProblem]) -> [String] {
        problems.map { $0.description.replacing(directory + "/", with: "") }
    }
}

extension Configuration {
    /// Value and origin of a setting as reported, `30s  # default`, without the directory of the file.
    func setting(_ key: String) -> String? {
        settings.first { $0.key == key }.map { setting in
            let origin = setting.origin.split(separator: "/").last.map(String.init) ?? setting.origin
            return "\(setting.value)  # \(origin)"
        }
    }
}
