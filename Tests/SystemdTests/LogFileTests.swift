import Foundation
import JobModel
import Logging
import Systemd
import Testing

@Suite struct LogFileTests {
    /// A directory that goes with this value, and what did not get into its file.
    private final class Place {
        let directory: String
        let strays = Recorder<String>()
        var path: String { directory + "/log" }

        init() throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "jobsup-log-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        func file(maxBytes: Int = 1 << 20, keep: Int = 2) -> LogFile {
            LogFile(
                path: path, rotation: LogRotation(maxBytes: maxBytes, keep: keep),
                now: { Timestamp(milliseconds: 1_709_211_845_067) }, fallback: strays.record)
        }

        func text(_ number: Int = 0) -> String? {
            try? String(contentsOfFile: number == 0 ? path : "\(path).\(number)", encoding: .utf8)
        }
    }

    @Test func linesAreAddedToWhatIsThere() throws {
        let place = try Place()
        try "old\n".write(toFile: place.path, atomically: false, encoding: .utf8)
        let file = place.file()
        for line in ["one\n", "grün\n"] { file.write(line) }
        #expect(place.text() == "old\none\ngrün\n" && place.strays.items == [])
    }

    @Test func aNewFileIsForTheDaemonAndItsGroup() throws {
        let place = try Place()
        place.file().write("one\n")
        let mode = try FileManager.default.attributesOfItem(atPath: place.path)[.posixPermissions] as? Int
        #expect(mode.map { $0 & 0o137 } == 0)
    }

    @Test func aFileThatWouldGrowTooLargeIsPutAside() throws {
        let place = try Place()
        let file = place.file(maxBytes: 10, keep: 2)
        for line in ["aaaa\n", "bbbb\n", "cccc\n", "dddd\n", "longer than a file\n", "eeee\n", "ffff\n"] {
            file.write(line)
        }
        #expect(place.text() == "eeee\nffff\n" && place.text(1) == "longer than a file\n")
        #expect(place.text(2) == "cccc\ndddd\n" && place.text(3) == nil && place.strays.items == [])
    }

    @Test func withoutOldFilesTheFileBeginsAgain() throws {
        let place = try Place()
        let file = place.file(maxBytes: 10, keep: 0)
        for line in ["aaaa\n", "bbbb\n", "cccc\n"] { file.write(line) }
        #expect(place.text() == "cccc\n" && place.text(1) == nil)
    }

    @Test func aFileThatSomebodyMovedIsNotWrittenTo() throws {
        let place = try Place()
        let file = place.file()
        file.write("one\n")
        try FileManager.default.moveItem(atPath: place.path, toPath: place.path + "-moved")
        file.write("two\n")
        #expect(place.text() == "two\n")
        try FileManager.default.removeItem(atPath: place.path)
        file.write("three\n")
        #expect(place.text() == "three\n")
        // Truncated, as `logrotate` does with `copytruncate`.
        try "".write(toFile: place.path, atomically: false, encoding: .utf8)
        file.write("four\n")
        #expect(place.text() == "four\n" && place.strays.items == [])
    }

    @Test func whereItCannotBeWrittenLinesGoElsewhereUntilItCan() throws {
        let place = try Place()
        let file = place.file()
        try FileManager.default.createDirectory(atPath: place.path, withIntermediateDirectories: false)
        for line in ["one\n", "two\n"] { file.write(line) }
        let complaint =
            "2024-02-29T13:04:05.067Z warning  the log cannot be written to \(place.path): Is a directory; "
            + "until it can, it comes here\n"
        #expect(place.strays.items == [complaint, "one\n", "two\n"])
        try FileManager.default.removeItem(atPath: place.path)
        for line in ["three\n", "four\n"] { file.write(line) }
        let notice = "2024-02-29T13:04:05.067Z warning  2 lines went to standard error before this one\n"
        #expect(place.text() == notice + "three\nfour\n" && place.strays.items.count == 3)
    }

    @Test func aPipeIsNotWaitedFor() throws {
        let place = try Place()
        #expect(mkfifo(place.path, 0o600) == 0)
        place.file().write("one\n")
        #expect(place.strays.items.count == 2 && place.strays.items.last == "one\n")
        let reader = open(place.path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        place.file().write("two\n")
        #expect(place.strays.items.contains { $0.contains("is not a regular file") })
    }

    /// What cannot be put aside grows no further.
    @Test(.enabled(if: getuid() == 0)) func aDirectoryThatCannotBeWrittenIsToldOf() throws {
        let place = try Place()
        let file = place.file(maxBytes: 10)
        file.write("aaaaaaaa\n")
        try Disk.run("mount", "--bind", place.directory, place.directory)
        defer { try? Disk.run("umount", place.directory) }
        try Disk.run("mount", "-o", "remount,bind,ro", place.directory)
        for line in ["bbbbbbbb\n", "cccccccc\n"] { file.write(line) }
        #expect(place.text() == "aaaaaaaa\n")
        #expect(place.strays.items.first?.contains("Read-only file system") == true)
        #expect(place.strays.items.dropFirst() == ["bbbbbbbb\n", "cccccccc\n"])
        try Disk.run("mount", "-o", "remount,bind,rw", place.directory)
        file.write("dddddddd\n")
        #expect(place.text()?.hasSuffix("2 lines went to standard error before this one\ndddddddd\n") == true)
        #expect(place.text(1) == "aaaaaaaa\n")
    }

    @Test(.enabled(if: getuid() == 0)) func onAFullDiskNoLineIsTornOrLost() throws {
        let place = try Place()
        try Disk.run("mount", "-t", "tmpfs", "-o", "size=16k", "none", place.directory)
        defer { try? Disk.run("umount", place.directory) }
        let file = place.file()
        let lines = (0..<30).map { "\($0) " + String(repeating: "x", count: 997) + "\n" }
        for line in lines { file.write(line) }
        let written = try #require(place.text()).split(separator: "\n").map { "\($0)\n" }
        let strays = place.strays.items
        // Not printed by a failure: the lines are long.
        let isWhole = written == Array(lines.prefix(written.count))
        let isComplete = Array(strays.dropFirst()) == Array(lines.dropFirst(written.count))
        #expect(written.count > 10 && isWhole && isComplete)
        #expect(strays.first?.contains("No space left on device") == true)
        try Disk.run("mount", "-o", "remount,size=64k", place.directory)
        file.write("last\n")
        let end = "\(30 - written.count) lines went to standard error before this one\nlast\n"
        let hasEnd = place.text()?.hasSuffix(end)
        #expect(hasEnd == true)
    }

    @Test func linesOfManyThreadsDoNotMix() async throws {
        let place = try Place()
        let file = place.file(maxBytes: 20_000, keep: 100)
        await withTaskGroup(of: Void.self) { tasks in
            for writer in 0..<4 {
                tasks.addTask { for number in 0..<1000 { file.write("\(writer)-\(number) " + "abcdefghij\n") } }
            }
        }
        let all = (0...100).reversed().compactMap { place.text($0) }.joined().split(separator: "\n")
        #expect(all.count == 4000 && Set(all).count == 4000 && all.allSatisfy { $0.hasSuffix(" abcdefghij") })
        #expect(place.strays.items == [])
    }

    @Test func theLogGoesThroughIt() throws {
        let place = try Place()
        let handler = LogOutput.file(place.file()).handler(identifier: "x", level: .info) { Timestamp(milliseconds: 0) }
        Logger(label: "test") { _ in handler }.notice("hello", metadata: ["pool": "mail"])
        #expect(place.text() == "1970-01-01T00:00:00.000Z notice   hello pool=mail\n")
    }
}

/// Commands that change what a directory is like.
private enum Disk {
    struct Failed: Error { let command: [String] }

    static func run(_ command: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(command: command) }
    }
}
