import Testing

@testable import DaemonConfiguration

/// The documents say what the reader does.
@Suite struct DocumentTests {
    private let document: String

    init() throws { document = try Repository.text("Sources/Documentation.docc/Configuration.md") }

    /// The line of a table that explains the key.
    private func line(explaining key: String) -> Substring? {
        document.split(separator: "\n").first { line in
            line.hasPrefix("| ") && line.split(separator: "|")[0].contains("`\(key)`")
        }
    }

    @Test func everyKeyIsExplained() throws {
        let paths = try KnownKeys.paths()
        #expect(paths.count > 80)
        let sections = [
            "log", "store", "limits", "defaults", "types", "pools", "recycle", "pools.NAME.recycle",
            "pools.NAME.restart",
            "pools.NAME.limits", "pools.NAME.scaling.signal.redis", "pools.NAME.scaling.signal.sqlite",
            "pools.NAME.scaling.signal.postgres",
        ]
        for path in paths where !sections.contains(path) { #expect(line(explaining: path) != nil, "\(path)") }
    }

    @Test func defaultsAreRight() throws {
        let settings = try ConfigurationPlace("pools: {NAME: {command: [x]}}").load().settings
        for setting in settings where setting.origin == "default" && !setting.value.isEmpty {
            let row = try #require(line(explaining: setting.key), "\(setting.key)")
            #expect(row.contains("| `\(setting.value)` |"), "\(setting.key): \(setting.value)")
        }
    }

    @Test func everyVariableIsExplained() throws {
        for (name, path) in ConfigurationEnvironment.settings {
            let row = try #require(line(explaining: path.joined(separator: ".")))
            #expect(row.contains("`\(name)`"), "\(name)")
        }
        for (name, key) in [
            ("WORKER_CONCURRENCY_NAME", "pools.NAME.concurrency"), ("TIMEOUT_NAME", "types.NAME.timeout"),
            ("MEMORY_LIMIT_NAME", "types.NAME.memory_limit"),
        ] {
            #expect(try #require(line(explaining: key)).contains("`\(name)`"))
        }
    }

    @Test(arguments: [
        "Sources/Documentation.docc/Configuration.md", "Sources/Documentation.docc/Operations.md", "README.md",
    ])
    func everyExampleLoads(_ path: String) throws {
        let blocks = Repository.blocks("yaml", in: try Repository.text(path))
        #expect(!blocks.isEmpty)
        for block in blocks {
            let problems = try ConfigurationPlace(block).problems()
            #expect(problems == [], "\(block)")
        }
    }

    @Test func theErrorsAreReal() throws {
        let block = try #require(Repository.blocks("", in: document).first { $0.hasPrefix("$ cat jobsup.yaml\n") })
        let parts = block.split(separator: "$ jobsup config check jobsup.yaml\n")
        let text = parts[0].drop { $0 != "\n" }.dropFirst()
        let shown = parts[1].split(separator: "\n")
        #expect(shown.first == "jobsup: the configuration is wrong")
        #expect(try ConfigurationPlace(String(text)).problems() == shown.dropFirst().map { String($0.dropFirst(2)) })
    }

    @Test func theReportIsReal() throws {
        let block = try #require(
            Repository.blocks("", in: document).first { $0.hasPrefix("$ jobsup config check small.yaml\n") })
        let example = try #require(Repository.blocks("yaml", in: document).first)
        let place = try ConfigurationPlace(example)
        let report = ConfigurationReport(try place.load()).text.replacing(place.main, with: "small.yaml")
        #expect(block.split(separator: "\n").dropFirst().joined(separator: "\n") == report)
    }
}
