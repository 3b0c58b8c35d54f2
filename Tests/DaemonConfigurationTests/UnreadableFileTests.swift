import Foundation
import Testing

/// Files that hold no configuration at all.
@Suite struct UnreadableFileTests {
    @Test(arguments: [
        BadFile("a: [b\nc: d", "2:2: not valid YAML: did not find expected ',' or ']'"),
        BadFile("a: b: c", "1:5: not valid YAML: mapping values are not allowed in this context"),
        BadFile("a: \"b", "1:6: not valid YAML: found unexpected end of stream"),
        BadFile("a: *nobody", "1:4: not valid YAML: found undefined alias"),
        BadFile("a: b\n---\nc: d", "2:1: not valid YAML: but found another document"),
        BadFile(
            "pools:\n\tmail:\n",
            "2:1: not valid YAML: found character that cannot start any token; a tab cannot indent, use spaces"),
        BadFile("a: @b", "1:4: not valid YAML: found character that cannot start any token"),
        BadFile("a: b\nc: \u{7}", "2:4: not valid YAML: control characters are not allowed (character 7)"),
        BadFile("PK\u{3}\u{4}", "1:3: not valid YAML: control characters are not allowed (character 3)"),
        BadFile("just a sentence", "1:1: must be a mapping of keys to values"),
        BadFile("- a\n- b", "1:1: must be a mapping of keys to values"),
        BadFile("[a]: b", "1:1: a key must be a text, not a list or mapping"),
        BadFile("log_level: info\nlog_level: debug", "1:1: the key 'log_level' stands here and again further down"),
        BadFile(
            "pools:\n  1: {command: [a]}\n  \"1\": {command: [b]}",
            "2:3: the key '1' stands here and again further down"),
        BadFile(
            "types:\n  mail: {queue: a,\n    queue: b}", "2:10: the key 'queue' stands here and again further down"),
    ])
    func notAConfiguration(_ file: BadFile) throws {
        let problems = try ConfigurationPlace(file.text).problems()
        #expect(problems == file.problems)
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "~", "---\n...\n", "\u{FEFF}"])
    func nothingIsAllDefaults(_ text: String) throws {
        let place = try ConfigurationPlace(text)
        let configuration = try place.load()
        #expect(configuration.stateDirectory == "/var/lib/jobsup" && configuration.pools.isEmpty)
        #expect(
            try place.warnings() == [
                "jobsup.yaml:1:1: pools: no pool is configured: jobs can be enqueued but nothing runs them"
            ])
    }

    @Test func aByteOrderMarkIsNoPartOfAKey() throws {
        #expect(try ConfigurationPlace("\u{FEFF}log_level: debug\r\nsocket_group: www\r\n").load().logLevel == .debug)
    }

    @Test func bytesThatAreNotUTF8AreFound() throws {
        let place = try ConfigurationPlace()
        try place.write(Array("log_level: info\nsocket_group: é".utf8) + [0xE9, 0x0A])
        #expect(place.problems() == ["jobsup.yaml:2:16: is not UTF-8 text: byte 0xe9"])
        try place.write([0xFF, 0xFE, 0x61, 0x00])
        #expect(place.problems() == ["jobsup.yaml:1:1: is not UTF-8 text: byte 0xff"])
    }

    @Test func aMissingFileADirectoryAndALoopAreTold() throws {
        let place = try ConfigurationPlace()
        #expect(place.problems() == ["jobsup.yaml:1:1: there is no such file"])
        try FileManager.default.createSymbolicLink(atPath: place.main, withDestinationPath: place.main)
        #expect(place.problems() == ["jobsup.yaml:1:1: cannot be opened: Too many levels of symbolic links"])
        try FileManager.default.removeItem(atPath: place.main)
        try FileManager.default.createDirectory(atPath: place.main, withIntermediateDirectories: false)
        #expect(place.problems() == ["jobsup.yaml:1:1: is a directory, not a file"])
    }

    @Test func aFileThatCannotBeAConfigurationIsNotReadToItsEnd() throws {
        let place = try ConfigurationPlace(String(repeating: "#\n", count: 1 << 19))
        #expect(place.problems() == [])
        try place.write(String(repeating: "#\n", count: 1 << 19) + "#")
        #expect(place.problems() == ["jobsup.yaml:1:1: is larger than 1MiB"])
        try FileManager.default.removeItem(atPath: place.main)
        try FileManager.default.createSymbolicLink(atPath: place.main, withDestinationPath: "/dev/zero")
        #expect(place.problems() == ["jobsup.yaml:1:1: is larger than 1MiB"])
    }

    @Test func aliasesAreFollowed() throws {
        let configuration = try ConfigurationPlace(
            """
            pools:
              a: &base {command: [x], queues: &q [m, n]}
              b: *base
              c: {command: [y], queues: *q}
            """
        ).load()
        #expect(configuration.pools.map(\.command) == [["x"], ["x"], ["y"]])
        #expect(configuration.pools.map(\.queues) == [["m", "n"], ["m", "n"], ["m", "n"]])
    }

    @Test(.timeLimit(.minutes(1))) func aliasesThatMultiplyAreBounded() throws {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in 1...40 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            lines.append("a\(level): &a\(level) [\(aliases)]")
        }
        let problems = try ConfigurationPlace(lines.joined(separator: "\n")).problems()
        #expect(problems.count == 1)
        #expect(
            problems.first?.hasSuffix("is too much: 10000 values when aliases (*name) are followed, and more") == true)
    }

    @Test func manyValuesAreAllowed() throws {
        // The mapping and the list are values themselves.
        for (count, problem) in [(9998, "unknown key"), (9999, "is too much")] {
            let text = "none: [" + Array(repeating: "0", count: count).joined(separator: ", ") + "]"
            let problems = try ConfigurationPlace(text).problems()
            #expect(problems.count == 1 && problems.first?.contains(problem) == true, "\(count): \(problems)")
        }
    }

    @Test func depthIsBounded() throws {
        let aliases = (1...400).map { "a\($0): &a\($0) [*a\($0 - 1)]" }
        let chain = try ConfigurationPlace((["a0: &a0 x"] + aliases).joined(separator: "\n")).problems()
        #expect(chain == ["jobsup.yaml:1:5: is nested more than 32 deep"])
        for count in [33, 900] {
            let text = "a: " + String(repeating: "[", count: count) + String(repeating: "]", count: count)
            let problems = try ConfigurationPlace(text).problems()
            #expect(problems == ["jobsup.yaml:1:35: is nested more than 32 deep"])
        }
        let far = try ConfigurationPlace(String(repeating: "[", count: 100_000)).problems()
        #expect(far.count == 1 && far.first?.contains("not valid YAML: ") == true, "\(far)")
    }
}
