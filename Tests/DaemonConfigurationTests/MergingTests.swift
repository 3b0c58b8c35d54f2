import Foundation
import Testing

@testable import DaemonConfiguration

/// `conf.d`, the environment and flags over the file.
@Suite struct MergingTests {
    @Test func laterFilesWinKeyByKey() throws {
        let place = try ConfigurationPlace(
            "log_level: info\nsocket_group: www\npools: {a: {command: [x], queues: [m, n], processes: 3}}")
        try place.write("log_level: debug\npools: {a: {queues: [k]}}", to: "conf.d/10.yaml")
        try place.write("log_level: error\npools: {b: {command: [y]}}", to: "conf.d/20.yaml")
        let configuration = try place.load()
        #expect(configuration.logLevel == .error && configuration.socketGroup == "www")
        #expect(configuration.pools.map(\.name) == ["a", "b"])
        #expect(configuration.pools.first?.queues == ["k"] && configuration.pools.first?.processes == 3)
        #expect(configuration.setting("log_level") == "error  # 20.yaml:1:12")
        #expect(configuration.setting("pools.a.queues") == "[k]  # 10.yaml:2:21")
        #expect(configuration.setting("pools.a.processes") == "3  # jobsup.yaml:3:54")
    }

    @Test func aSectionWithoutKeysTakesNothingAway() throws {
        let place = try ConfigurationPlace("pools: {a: {command: [x]}}\nstore: {history: 1h}")
        try place.write("pools:\n#  b: {}\nstore: ~\n", to: "conf.d/10.yaml")
        try place.write("---\n# nothing\n", to: "conf.d/20.yaml")
        let configuration = try place.load()
        #expect(configuration.pools.map(\.name) == ["a"] && configuration.store.history == .seconds(3600))
    }

    @Test func aListReplacesARuleAndANumberBounds() throws {
        let place = try ConfigurationPlace(
            "pools: {a: {command: [x], processes: {min: 1}}}\ndefaults: {backoff: {base: 3s}}")
        try place.write("pools: {a: {processes: 4}}\ndefaults: {backoff: [1s]}", to: "conf.d/10.yaml")
        let configuration = try place.load()
        #expect(configuration.pools.first?.processes == 4 && configuration.pools.first?.bounds == 0...1000)
        #expect(configuration.defaults.retry == .intervals([.seconds(1)]))
    }

    @Test func onlyYAMLFilesAreRead() throws {
        let place = try ConfigurationPlace("pools: {a: {command: [x]}}")
        for name in [".hidden.yaml", "a.yaml~", "a.yaml.bak", "README"] {
            try place.write("x: y", to: "conf.d/\(name)")
        }
        #expect(try place.warnings() == [])
        try place.write("log_level: debug", to: "conf.d/a.yml")
        #expect(try place.load().logLevel == .info)
        #expect(try place.warnings() == ["conf.d/a.yml:1:1: is not read: the name must end in .yaml"])
    }

    @Test func problemsOfAllFilesComeInTheOrderOfTheFiles() throws {
        let place = try ConfigurationPlace("socket_group:\nlog_levle: info\n")
        try place.write("a: 1", to: "conf.d/20.yaml")
        try place.write("b: 1\nstate_directory: x", to: "conf.d/10.yaml")
        let places = place.problems(["JOBSUP_STORE_HISTORY": "x"]).map { $0.split(separator: " ").prefix(2) }
        #expect(
            places.map { $0.joined(separator: " ") } == [
                "jobsup.yaml:1:14: socket_group:", "jobsup.yaml:2:1: log_levle:", "conf.d/10.yaml:1:1: b:",
                "conf.d/10.yaml:2:18: state_directory:", "conf.d/20.yaml:1:1: a:", "environment JOBSUP_STORE_HISTORY:",
            ])
    }

    @Test func aFileThatCannotBeReadIsAllThatIsSaid() throws {
        let place = try ConfigurationPlace("pools: {a: [")
        // Without the first file the command would seem to be missing.
        try place.write("pools: {a: {processes: 2}}", to: "conf.d/10.yaml")
        try place.write("- x", to: "conf.d/20.yaml")
        let problems = place.problems()
        #expect(
            problems == [
                "jobsup.yaml:2:1: not valid YAML: did not find expected node content",
                "conf.d/20.yaml:1:1: must be a mapping of keys to values",
            ])
    }

    @Test func confDThatIsNoDirectoryIsTold() throws {
        let place = try ConfigurationPlace("log_level: info")
        try place.write("", to: "conf.d")
        #expect(place.problems() == ["conf.d:1:1: cannot be listed by this user as a directory"])
    }

    @Test(arguments: [
        ("/etc/jobsup/jobsup.yaml", "/etc/jobsup/conf.d"), ("/jobsup.yaml", "/conf.d"), ("jobsup.yaml", "conf.d"),
        ("./jobsup.yaml", "./conf.d"), ("../a/jobsup.yaml", "../a/conf.d"),
    ])
    func confDLiesBesideTheFile(_ file: String, _ directory: String) {
        #expect(ConfigurationLoader.directory(beside: file) == directory)
    }

    @Test func flagsWinOverAll() throws {
        let configuration = try ConfigurationPlace("log_level: info\nstore: {history: 1h}").load(
            ["JOBSUP_LOG_LEVEL": "debug", "JOBSUP_STORE_HISTORY": "2h"],
            flags: [("--log-level", ["log_level"], "error")])
        #expect(configuration.setting("log_level") == "error  # flag --log-level")
        #expect(configuration.setting("store.history") == "2h  # environment JOBSUP_STORE_HISTORY")
        let place = try ConfigurationPlace("")
        #expect(throws: ConfigurationError.self) {
            try place.load(flags: [("--state-directory", ["state_directory"], "here")])
        }
    }
}
