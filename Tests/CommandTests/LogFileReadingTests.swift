import Foundation
import JobModel
import Synchronization
import Testing

@testable import jobsup

/// Log files as the daemon leaves them, read by the code behind `jobsup logs`.
@Suite(.timeLimit(.minutes(1))) struct LogFileReadingTests {
    /// A directory that goes with this value.
    private final class Place {
        let directory: String
        var path: String { directory + "/log" }

        init() throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "jobsup-logs-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        func add(_ lines: [String], to number: Int = 0) throws {
            try append(lines.map { $0 + "\n" }.joined(), to: number)
        }

        func append(_ text: String, to number: Int = 0) throws {
            let name = number == 0 ? path : "\(path).\(number)"
            let descriptor = open(name, O_WRONLY | O_CREAT, 0o600)
            try #require(descriptor >= 0)
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            file.seekToEndOfFile()
            file.write(Data(text.utf8))
        }

        func move(_ from: Int, _ to: Int) throws {
            func name(_ number: Int) -> String { number == 0 ? path : "\(path).\(number)" }
            #expect(rename(name(from), name(to)) == 0)
        }
    }

    private static func line(_ number: Int, job: Int = 1, level: String = "info    ") -> String {
        let time = "2030-01-01T00:\(number / 50 % 50 + 10):\(number % 50 + 10).000Z"
        return "\(time) \(level) entry \(number) job=\(job) pool=mail queue=q worker=mail-\(job)"
    }

    private func entries(_ source: FileLog) throws -> (messages: [String], isOpen: Bool) {
        var messages: [String] = []
        let isOpen = try source.read { record in
            messages.append(record.message)
            return true
        }
        return (messages, isOpen)
    }

    private func read(_ place: Place, _ filter: LogFilter = LogFilter(), lines: Int? = nil) throws -> [String] {
        let request = LogRequest(filter: filter, lines: lines, follows: false)
        let (messages, isOpen) = try entries(FileLog(path: place.path, request: request))
        #expect(!isOpen)
        return messages
    }

    private func messages(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "entry \($0)" } }

    @Test func filesAreReadFromTheOldestOn() throws {
        let place = try Place()
        for number in 0..<5 { try place.add((0..<10).map { Self.line(number * 10 + $0) }, to: 4 - number) }
        #expect(try read(place) == messages(0..<50))
        for count in [0, 1, 7, 10, 11, 49, 50, 51, 1000] {
            #expect(try read(place, lines: count) == messages(max(0, 50 - count)..<50), "\(count)")
        }
    }

    @Test func onlyWhatIsAskedForIsGiven() throws {
        let place = try Place()
        let levels = ["debug   ", "info    ", "warning ", "error   "]
        for number in 0..<3 {
            let numbers = number * 100..<(number + 1) * 100
            try place.add(numbers.map { Self.line($0, job: $0 % 7, level: levels[$0 % 4]) }, to: 2 - number)
        }
        let sevens = (0..<300).filter { $0 % 7 == 3 }
        #expect(try read(place, LogFilter(job: "3")) == messages(sevens))
        #expect(
            try read(place, LogFilter(pool: "mail", worker: "mail-3", queue: "q"), lines: 5)
                == messages(sevens.suffix(5)))
        #expect(try read(place, LogFilter(job: "3", level: .warning)) == messages(sevens.filter { $0 % 4 >= 2 }))
        #expect(try read(place, LogFilter(pool: "other")) == [] && read(place, LogFilter(job: "33")) == [])
        #expect(try read(place, LogFilter(pool: "other"), lines: 5) == [])
    }

    @Test func sinceIsFoundFromTheEnd() throws {
        let place = try Place()
        for number in 0..<4 {
            try place.add(
                (0..<10).map { "2030-01-01T0\(number):00:0\($0).000Z info     entry \(number * 10 + $0)" },
                to: 3 - number)
        }
        let since = Timestamp(milliseconds: 1_893_456_000_000 + 7_205_000)
        #expect(try read(place, LogFilter(since: since)) == messages(25..<40))
        #expect(try read(place, LogFilter(since: since), lines: 3) == messages(37..<40))
        #expect(try read(place, LogFilter(since: since + .seconds(86400))) == [])
    }

    @Test func entriesOfSeveralLinesAndNonsenseAreTakenAsTheyAre() throws {
        let place = try Place()
        try place.append("no entry\n" + Self.line(1) + "\n\nneither\n")
        try place.append(
            "2030-01-01T00:00:00.000Z error    first\n    second\n        third job=7\n" + Self.line(2) + "\n")
        try place.append("2030-01-01T00:00:00.000Z error    without an end job=8")
        #expect(try read(place) == ["entry 1", "first\nsecond\n    third", "entry 2", "without an end"])
        #expect(try read(place, lines: 3) == ["first\nsecond\n    third", "entry 2", "without an end"])
        #expect(try read(place, LogFilter(job: "7"), lines: 1) == ["first\nsecond\n    third"])
        #expect(try read(place, LogFilter(job: "8")) == ["without an end"])
    }

    @Test func ofAFileWithoutLinesNoMoreIsHeldThanAnEntryMayHave() throws {
        let place = try Place()
        let block = String(repeating: "x", count: 1 << 20)
        for _ in 0..<3 { try place.append(block) }
        try place.append("\n" + Self.line(1) + "\n")
        #expect(try read(place) == messages([1]) && read(place, lines: 1) == messages([1]))
        var lines = LogLines()
        var longest = 0
        for _ in 0..<3 {
            _ = try lines.add(Array(block.utf8)[...]) {
                longest = max(longest, $0.count); return true
            }
        }
        _ = try lines.finish {
            longest = max(longest, $0.count); return true
        }
        #expect(longest == LogLines.limitBytes)
    }

    @Test func blocksMayEndAnywhere() throws {
        let place = try Place()
        // Several blocks of 256 KiB, whose ends fall into entries of all kinds.
        let all = (0..<6000).map {
            Self.line($0, job: $0 % 3) + (($0 % 5 == 0) ? " z=\"\(String(repeating: "é", count: $0 % 200))\"" : "")
        }
        try place.add(all)
        #expect(try read(place) == messages(0..<6000))
        for count in [1, 1000, 3000, 5999] { #expect(try read(place, lines: count) == messages((6000 - count)..<6000)) }
        #expect(
            try read(place, LogFilter(job: "1"), lines: 1500)
                == messages((0..<6000).filter { $0 % 3 == 1 }.suffix(1500)))
    }

    @Test func followingCrossesFilesThatArePutAside() throws {
        let place = try Place()
        try place.add((0..<5).map { Self.line($0) }, to: 1)
        try place.add((5..<10).map { Self.line($0) })
        let source = try FileLog(path: place.path, request: LogRequest(filter: LogFilter(), lines: 2, follows: true))
        #expect(try entries(source) == (messages(8..<10), true))
        #expect(try entries(source) == ([], true))
        try place.add([Self.line(10)])
        #expect(try entries(source).messages == messages([10]))
        // Put aside once, with a line more before it was.
        try place.add([Self.line(11)])
        try place.move(1, 2)
        try place.move(0, 1)
        #expect(try entries(source).messages == messages([11]))
        try place.add([Self.line(12)])
        #expect(try entries(source).messages == messages([12]))
        // Twice between two looks: the file in between is not missed.
        for number in [13, 14, 15] {
            try place.move(2, 3)
            try place.move(1, 2)
            try place.move(0, 1)
            try place.add([Self.line(number)])
        }
        #expect(try entries(source).messages == messages(13...15))
    }

    @Test func followingCrossesFilesThatAreMovedAwayRemovedOrEmptied() throws {
        let place = try Place()
        try place.add([Self.line(1)], to: 1)
        try place.add([Self.line(2)])
        let source = try FileLog(path: place.path, request: LogRequest(filter: LogFilter(), lines: 0, follows: true))
        #expect(try entries(source).messages == [])
        #expect(rename(place.path, place.path + "-moved") == 0)
        #expect(try entries(source).messages == [])
        try place.add([Self.line(3)])
        #expect(try entries(source).messages == messages([3]))
        #expect(unlink(place.path) == 0)
        try place.add([Self.line(4)])
        #expect(try entries(source).messages == messages([4]))
        #expect(truncate(place.path, 0) == 0)
        #expect(try entries(source).messages == [])
        try place.append("2030-01-01T00:00:00.000Z info     5\n")
        #expect(try entries(source).messages == ["5"])
    }

    @Test func followingWaitsForAFileThatIsNotThereYetAndForTheEndsOfLines() throws {
        let place = try Place()
        let request = LogRequest(filter: LogFilter(), lines: nil, follows: true)
        let source = try FileLog(path: place.path, request: request)
        #expect(try entries(source) == ([], true))
        let line = Self.line(1)
        try place.append(String(line.prefix(40)))
        #expect(try entries(source).messages == [])
        try place.append(String(line.dropFirst(40)) + "\n")
        #expect(try entries(source).messages == messages([1]))
    }

    @Test func changesAreToldByTheKernel() throws {
        let place = try Place()
        try place.add([Self.line(1)])
        // By a link, which leads to another directory.
        let other = try Place()
        #expect(symlink(place.path, other.path) == 0)
        for path in [place.path, other.path] {
            let source = try FileLog(path: path, request: LogRequest(filter: LogFilter(), lines: 0, follows: true))
            _ = try entries(source)
            #expect(!isReadable(source.wakeDescriptor, milliseconds: 0))
            try place.add([Self.line(2)])
            #expect(isReadable(source.wakeDescriptor, milliseconds: 10_000))
            _ = try entries(source)
            #expect(!isReadable(source.wakeDescriptor, milliseconds: 0))
        }
    }

    private func isReadable(_ descriptor: CInt, milliseconds: CInt) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, milliseconds) == 1
    }

    @Test func whatCannotBeReadIsSaid() throws {
        let place = try Place()
        let request = LogRequest(filter: LogFilter(), lines: nil, follows: false)
        for path in [place.path, place.directory, "/no/such/directory/log"] {
            let complaint = #expect(throws: Complaint.self) { try FileLog(path: path, request: request) }
            #expect(complaint?.status == .noLog && complaint?.message.contains(path) == true && complaint?.hint != nil)
        }
    }
}
