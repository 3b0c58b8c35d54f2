/// What was read of a configuration: the problems, and each setting with where its value comes from.
final class ConfigurationFindings {
    private var problems: [ConfigurationProblem] = []
    private var warnings: [ConfigurationProblem] = []
    var settings: [ConfigurationSetting] = []
    /// In the order in which they are laid over each other.
    var files: [String] = []
    /// A file is missing from what was read; what others say of the whole would be misleading.
    var isIncomplete = false

    var hasProblems: Bool { !problems.isEmpty }

    func complain(_ origin: Origin, _ key: String, _ message: String) {
        problems.append(ConfigurationProblem(origin: origin, key: key, message: message))
    }

    func warn(_ origin: Origin, _ key: String, _ message: String) {
        warnings.append(ConfigurationProblem(origin: origin, key: key, message: message))
    }

    /// File by file from top to bottom, as an editor goes through them; then the environment, then the flags.
    var sortedProblems: [ConfigurationProblem] { sorted(problems) }
    var sortedWarnings: [ConfigurationProblem] { sorted(warnings) }

    private func sorted(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
        problems.map { (rank: rank($0.origin), problem: $0) }.sorted { $0.rank < $1.rank }.map(\.problem)
    }

    private func rank(_ origin: Origin) -> (source: Int, line: Int, column: Int) {
        switch origin {
        case .file(let path, let line, let column): (files.firstIndex(of: path) ?? files.count, line, column)
        case .environment: (files.count + 1, 0, 0)
        case .flag: (files.count + 2, 0, 0)
        case .builtIn: (files.count + 3, 0, 0)
        }
    }
}
