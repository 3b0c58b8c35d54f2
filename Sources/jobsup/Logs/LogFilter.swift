import Glibc
import JobModel
import TextLog

/// Which entries are wanted.
struct LogFilter: Equatable {
    var pool: String?
    var worker: String?
    var job: String?
    var queue: String?
    /// This one and those that are more important.
    var level: LogLevel?
    var since: Timestamp?

    /// The fields that must have these values.
    var fields: [(key: String, value: String)] {
        [("pool", pool), ("worker", worker), ("job", job), ("queue", queue)].compactMap { key, value in
            value.map { (key, $0) }
        }
    }

    /// Whether a line of a log file has all the words that it must have: far cheaper than to read it.
    func mayAdmit(_ line: ArraySlice<UInt8>) -> Bool {
        fields.allSatisfy { field in
            let word = Array("\(field.key)=\(LogWord.word(field.value))".utf8)
            return line.withUnsafeBytes { Self.holds($0, word, equals: field.key.utf8.count) }
        }
    }

    /// By the `=`, of which a line has but a few.
    private static func holds(_ line: UnsafeRawBufferPointer, _ word: [UInt8], equals: Int) -> Bool {
        guard let base = line.baseAddress else { return false }
        var start = equals
        while start < line.count, let found = memchr(base + start, Int32(word[equals]), line.count - start) {
            let index = base.distance(to: UnsafeRawPointer(found))
            let begin = index - equals
            if begin + word.count <= line.count, memcmp(base + begin, word, word.count) == 0 { return true }
            start = index + 1
        }
        return false
    }

    func admits(_ record: LogRecord) -> Bool {
        if let level, record.level < level { return false }
        guard fields.allSatisfy({ record.fields[$0.key] == $0.value }) else { return false }
        guard let since else { return true }
        return record.instant.map { $0 >= since } ?? false
    }
}
