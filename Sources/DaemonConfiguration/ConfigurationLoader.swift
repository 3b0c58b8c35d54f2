import Foundation
import JobModel
import Yams

/// Finds and reads the configuration: a file, `conf.d/*.yaml` beside it, the environment, flags; the later wins.
package struct ConfigurationLoader {
    private let environment: [String: String]
    /// Key path and value of each flag, with the flag's name.
    private let flags: [(flag: String, path: [String], value: String)]

    package init(environment: [String: String], flags: [(flag: String, path: [String], value: String)] = []) {
        self.environment = environment
        self.flags = flags
    }

    /// Reads the file at `path` and what lies over it.
    package func load(_ path: String) throws(ConfigurationError) -> Configuration {
        let findings = ConfigurationFindings()
        var tree: ConfigurationValue?
        for file in files(of: path) {
            guard let part = parse(file, findings) else { continue }
            tree = tree?.merging(part) ?? part
        }
        for (variable, keys, text) in overrides(of: tree) {
            let part = ConfigurationValue.at(keys, text, from: .environment(variable))
            tree = tree?.merging(part) ?? part
        }
        for (flag, keys, text) in flags {
            let part = ConfigurationValue.at(keys, text, from: .flag(flag))
            tree = tree?.merging(part) ?? part
        }
        var configuration = Configuration(reading: tree, into: findings)
        guard findings.problems.isEmpty else { throw ConfigurationError(problems: findings.problems) }
        configuration.warnings = findings.warnings + unknownVariables()
        configuration.settings = findings.settings
        return configuration
    }

    private func files(of path: String) -> [String] {
        let directory = (path as NSString).deletingLastPathComponent + "/conf.d"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return [path]
            + names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.sorted().map { "\(directory)/\($0)" }
    }

    private func parse(_ file: String, _ findings: ConfigurationFindings) -> ConfigurationValue? {
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            let exists = FileManager.default.fileExists(atPath: file)
            let why =
                exists ? "cannot be read as UTF-8 text by this user" : "there is no such file; name one with --config"
            findings.complain(.file(path: file, line: 1, column: 1), "", why)
            return nil
        }
        do {
            return try Yams.compose(yaml: text).map { ConfigurationValue($0, file: file) }
        } catch let error as YamlError {
            let (line, column, message) = error.place
            findings.complain(.file(path: file, line: line, column: column), "", message)
        } catch {
            findings.complain(.file(path: file, line: 1, column: 1), "", "\(error)")
        }
        return nil
    }

    // MARK: Environment

    private static let variables: [String: [String]] = [
        "JOBSUP_STATE_DIRECTORY": ["state_directory"], "JOBSUP_RUNTIME_DIRECTORY": ["runtime_directory"],
        "JOBSUP_SOCKET_GROUP": ["socket_group"], "JOBSUP_LOG_LEVEL": ["log_level"],
        "JOBSUP_DRAIN_TIMEOUT": ["drain_timeout"], "JOBSUP_STORE_SYNCHRONOUS": ["store", "synchronous"],
        "JOBSUP_STORE_RESULT_TTL": ["store", "result_ttl"], "JOBSUP_STORE_HISTORY": ["store", "history"],
        "JOBSUP_LIMITS_PAYLOAD": ["limits", "payload"], "JOBSUP_LIMITS_RESULT": ["limits", "result"],
        "JOBSUP_DEFAULTS_QUEUE": ["defaults", "queue"], "JOBSUP_DEFAULTS_TIMEOUT": ["defaults", "timeout"],
        "JOBSUP_DEFAULTS_MAX_ATTEMPTS": ["defaults", "max_attempts"],
    ]

    private func overrides(of tree: ConfigurationValue?) -> [(String, [String], String)] {
        var result: [(String, [String], String)] = []
        for (name, path) in Self.variables.sorted(by: { $0.key < $1.key }) {
            if let value = environment[name] { result.append((name, path, value)) }
        }
        result += named("WORKER_CONCURRENCY_", in: tree, section: "pools", key: "concurrency")
        result += named("TIMEOUT_", in: tree, section: "types", key: "timeout")
        return result
    }

    /// `TIMEOUT_SEND_MAIL` is the timeout of the type that is written `send_mail` or `send-mail` in the file.
    private func named(
        _ prefix: String, in tree: ConfigurationValue?, section: String, key: String
    ) -> [(String, [String], String)] {
        guard case .mapping(let members, _)? = tree,
            case .mapping(let entries, _)? = members.first(where: { $0.key == section })?.value
        else { return [] }
        return entries.compactMap { entry in
            let variable =
                prefix
                + entry.key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
            return environment[variable].map { (variable, [section, entry.key, key], $0) }
        }
    }

    private func unknownVariables() -> [ConfigurationProblem] {
        let workersOwn: Set<String> = [
            "JOBSUP_SOCKET", "JOBSUP_TOKEN", "JOBSUP_POOL", "JOBSUP_WORKER", "JOBSUP_SLOTS", "JOBSUP_QUEUES",
            "JOBSUP_QUEUE", "JOBSUP_ATTEMPT", "JOBSUP_MAX_ATTEMPTS", "JOBSUP_CONFIG",
        ]
        let unknown = environment.keys.filter {
            $0.hasPrefix("JOBSUP_") && Self.variables[$0] == nil && !workersOwn.contains($0)
                && !$0.hasPrefix("JOBSUP_JOB_")
        }
        return unknown.sorted().map { name in
            let near = Suggestion.nearest(to: name, in: Self.variables.keys)
            let hint = near.map { "; did you mean \($0)?" } ?? ""
            return ConfigurationProblem(
                origin: .environment(name), key: "", message: "is not a setting and has no effect\(hint)")
        }
    }
}

extension YamlError {
    /// Where and what, as far as the parser says.
    fileprivate var place: (line: Int, column: Int, message: String) {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (mark.line, mark.column, "not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            (context.mark.line, context.mark.column, "duplicate key: \(duplicates.joined(separator: ", "))")
        default: (1, 1, "not valid YAML: \(self)")
        }
    }
}
