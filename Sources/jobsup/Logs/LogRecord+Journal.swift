import Foundation
import JobModel
import TaskJSON

extension LogRecord {
    private static let prefix = "JOBSUP_"
    /// The fields whose names are not made of the keys alone.
    private static let keys = ["JOB_ID": "job", "JOB_TYPE": "type", "REQUEST_ID": "request"]

    /// Reads an entry as `journalctl --output=json` prints it; `nil` for what is none.
    init?(journal line: ArraySlice<UInt8>) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
            let microseconds = Self.text(object["__REALTIME_TIMESTAMP"]).flatMap({ Int64($0) })
        else { return nil }
        var fields: [String: String] = [:]
        for (name, value) in object where name.hasPrefix(Self.prefix) {
            let key = String(name.dropFirst(Self.prefix.count))
            fields[Self.keys[key] ?? key.lowercased()] = Self.text(value)
        }
        self.init(
            time: RFC3339.text(Timestamp(milliseconds: microseconds / 1000)),
            level: LogLevel(priority: Self.text(object["PRIORITY"]).flatMap { Int($0) } ?? 6),
            message: Self.text(object["MESSAGE"]) ?? "", fields: fields)
    }

    /// A value is a text; its bytes where it is not one for the journal; or several of either.
    private static func text(_ value: Any?) -> String? {
        if let text = value as? String { return text }
        if let bytes = value as? [UInt8] { return String(decoding: bytes, as: UTF8.self) }
        return (value as? [Any])?.lazy.compactMap { text($0) }.first
    }
}
