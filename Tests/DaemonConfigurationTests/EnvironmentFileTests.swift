import DaemonConfiguration
import Testing

/// Variables of workers that come from files.
@Suite struct EnvironmentFileTests {
    /// A pool with these files, which are written first.
    private func place(_ setting: String, _ files: [String: String] = [:]) throws -> ConfigurationPlace {
        let place = try ConfigurationPlace()
        for (name, text) in files { try place.write(text, to: name) }
        try place.write(
            "pools: {a: {command: [x], environment: {OWN: yes}, environment_file: "
                + setting.replacing("DIR", with: place.directory) + "}}")
        return place
    }

    private func environment(_ text: String) throws -> [String: String] {
        let variables = try #require(try place("DIR/file", ["file": text]).load().pools.first).environment
        return variables.filter { $0.key != "OWN" }
    }

    private func problem(_ text: String) throws -> [String] {
        try place("DIR/file", ["file": text]).problems()
    }

    @Test(arguments: [
        ("A=b\n", ["A": "b"]), ("A=b", ["A": "b"]), ("", [:]), ("\n\n  \n", [:]), ("# A=b\n; C=d\n  # E=f\n", [:]),
        ("A=b c # d\n", ["A": "b c # d"]), ("  A = b  \n", ["A": "b"]), ("A=\n", ["A": ""]),
        ("A=\"b c\"\nB='d \"e\"'\nC=\"\"\n", ["A": "b c", "B": "d \"e\"", "C": ""]),
        ("A=b\"c\"\n", ["A": "b\"c\""]), ("A=$HOME\nB=c\\d\n", ["A": "$HOME", "B": "c\\d"]),
        ("A=b=c\n", ["A": "b=c"]), ("A=1\nA=2\n", ["A": "2"]), ("A=b\r\nC=\"d\"\r\n", ["A": "b", "C": "d"]),
        ("_A1=ü\n", ["_A1": "ü"]),
    ])
    func linesAreVariables(_ text: String, _ variables: [String: String]) throws {
        #expect(try environment(text) == variables)
    }

    @Test(arguments: [
        ("A\n", "line 1 of 'file' is not KEY=VALUE"), ("A=b\n\nexport C=d\n", "line 3 of 'file' is not KEY=VALUE"),
        ("=b\n", "line 1 of 'file' is not KEY=VALUE"), ("1A=b\n", "line 1 of 'file' is not KEY=VALUE"),
        ("A-B=c\n", "line 1 of 'file' is not KEY=VALUE"), ("A=b\0c\n", "line 1 of 'file' is not KEY=VALUE"),
        ("A=\"b\n", "line 1 of 'file': a quote is not closed at the end of the line"),
        ("# x\r\nA='b\" \r\n", "line 2 of 'file': a quote is not closed at the end of the line"),
        ("A=\"\n", "line 1 of 'file': a quote is not closed at the end of the line"),
    ])
    func mistakesHaveTheirLine(_ text: String, _ message: String) throws {
        let problems = try problem(text)
        #expect(
            problems.count == 1 && problems.first?.hasSuffix("pools.a.environment_file: \(message)") == true,
            "\(problems)")
    }

    @Test func laterFilesWinAndThePoolOverAll() throws {
        let pool = try place("[DIR/one, -DIR/none, DIR/two]", ["one": "A=1\nB=1\nOWN=1", "two": "B=2\nC=2"])
            .load().pools.first
        #expect(pool?.environment == ["A": "1", "B": "2", "C": "2", "OWN": "yes"])
    }

    @Test func aMissingFileIsAnErrorUnlessItMayBeMissing() throws {
        #expect(
            try place("DIR/none").problems() == [
                "jobsup.yaml:1:70: pools.a.environment_file: there is no file 'none'; "
                    + "put - before the path if it may be missing"
            ])
        #expect(try self.place("-DIR/none").load().pools.first?.environment == ["OWN": "yes"])
    }

    @Test(arguments: [
        ("none", "'none' is not an absolute path"), ("-none", "'none' is not an absolute path"),
        ("/", "'/' is a directory, not a file"), ("/dev/zero", "'/dev/zero' has more than 1048576 bytes"),
        ("{a: b}", "a list or mapping is not a text"), ("[[a]]", "every element must be a text"),
        ("", "nothing is not a text"),
    ])
    func whatIsNoFileIsTold(_ setting: String, _ message: String) throws {
        let problems = try place(setting).problems()
        #expect(problems.count == 1 && problems.first?.hasSuffix("environment_file: \(message)") == true, "\(problems)")
    }

    @Test func bytesThatAreNoTextAreTold() throws {
        let place = try place("DIR/file")
        try place.write([0x41, 0x3D, 0xFF, 0x0A], to: "file")
        #expect(place.problems().first?.hasSuffix("is not UTF-8 text") == true)
    }

    @Test func theirValuesAreNotShown() throws {
        let configuration = try place("DIR/file", ["file": "SECRET=hunter2"]).load()
        #expect(configuration.pools.first?.environment["SECRET"] == "hunter2")
        #expect(!configuration.settings.contains { $0.value.contains("hunter2") || $0.key.contains("SECRET") })
    }
}
