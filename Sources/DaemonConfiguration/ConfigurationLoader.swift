import Foundation

/// Finds and reads the configuration: a file, `conf.d/*.yaml` beside it, the environment, flags; the later wins.
package struct ConfigurationLoader {
    private let environment: ConfigurationEnvironment
    /// Key path and value of each flag, with the flag's name.
    private let flags: [(flag: String, path: [String], value: String)]

    package init(environment: [String: String], flags: [(flag: String, path: [String], value: String)] = []) {
        self.environment = ConfigurationEnvironment(variables: environment)
        self.flags = flags
    }

    /// Reads the file at `path` and what lies over it.
    package func load(_ path: String) throws(ConfigurationError) -> Configuration {
        let findings = ConfigurationFindings()
        findings.files = files(of: path, findings)
        var tree = ConfigurationValue.mapping([], .file(path: path, line: 1, column: 1))
        for file in findings.files {
            guard let part = ConfigurationFile(path: file).read(into: findings) else { continue }
            tree = tree.merging(part)
        }
        guard !findings.isIncomplete else { throw ConfigurationError(problems: findings.sortedProblems) }
        tree = environment.overriding(tree)
        for (flag, keys, text) in flags { tree = tree.setting(keys[...], to: text, from: .flag(flag)) }
        var configuration = Configuration(reading: tree, into: findings)
        guard !findings.hasProblems else { throw ConfigurationError(problems: findings.sortedProblems) }
        environment.warnOfUnknown(in: tree, findings)
        configuration.warnings = findings.sortedWarnings
        configuration.settings = findings.settings
        return configuration
    }

    /// `conf.d` in the directory of the file; for a name alone, in the current one.
    static func directory(beside path: String) -> String {
        let parent = (path as NSString).deletingLastPathComponent as NSString
        return parent.appendingPathComponent("conf.d")
    }

    private func files(of path: String, _ findings: ConfigurationFindings) -> [String] {
        let directory = Self.directory(beside: path)
        var names: [String] = []
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch CocoaError.fileReadNoSuchFile {
            // There need not be one.
        } catch {
            let why = "cannot be listed by this user as a directory"
            findings.complain(.file(path: directory, line: 1, column: 1), "", why)
            findings.isIncomplete = true
        }
        let paths = names.filter { !$0.hasPrefix(".") }.map { "\(directory)/\($0)" }
        for other in paths where other.hasSuffix(".yml") {
            findings.warn(.file(path: other, line: 1, column: 1), "", "is not read: the name must end in .yaml")
        }
        return [path] + paths.filter { $0.hasSuffix(".yaml") }
    }
}
