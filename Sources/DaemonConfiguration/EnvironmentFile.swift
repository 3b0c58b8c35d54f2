import Foundation

/// A file of `KEY=VALUE` lines, as simple ones for systemd's `EnvironmentFile=` are: comments begin with # or ;, a
/// value may be in quotes, and stands on one line. Nothing in it is expanded, and a backslash is a backslash.
struct EnvironmentFile {
    /// Why a file cannot be used.
    struct Problem: Error {
        let message: String
    }

    private static let sizeLimit = 1 << 20

    /// A name that begins with `-` may be missing.
    static func read(_ name: String) throws(Problem) -> [String: String] {
        let isOptional = name.hasPrefix("-")
        let path = isOptional ? String(name.dropFirst()) : name
        guard path.hasPrefix("/") else { throw Problem(message: "'\(path)' is not an absolute path") }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            if isOptional { return [:] }
            throw Problem(message: "there is no file '\(path)'; put - before the path if it may be missing")
        }
        guard !isDirectory.boolValue else { throw Problem(message: "'\(path)' is a directory, not a file") }
        guard let data = try? FileHandle(forReadingFrom: URL(filePath: path)).read(upToCount: sizeLimit + 1) ?? Data()
        else { throw Problem(message: "'\(path)' cannot be read by this user") }
        guard data.count <= sizeLimit else { throw Problem(message: "'\(path)' has more than \(sizeLimit) bytes") }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Problem(message: "'\(path)' is not UTF-8 text")
        }
        return try parse(text, path: path)
    }

    static func parse(_ text: String, path: String) throws(Problem) -> [String: String] {
        var result: [String: String] = [:]
        // A Character can be a carriage return with its newline; editors elsewhere end lines with both.
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard let first = line.first, first != "#", first != ";" else { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = parts[0].trimmingCharacters(in: .whitespaces)
            guard parts.count == 2, isName(key), !line.utf8.contains(0) else {
                throw Problem(message: "line \(index + 1) of '\(path)' is not KEY=VALUE")
            }
            guard let value = unquoted(parts[1].trimmingCharacters(in: .whitespaces)) else {
                throw Problem(message: "line \(index + 1) of '\(path)': a quote is not closed at the end of the line")
            }
            result[key] = value
        }
        return result
    }

    private static func isName(_ key: String) -> Bool {
        guard let first = key.utf8.first, !(48...57).contains(first) else { return false }
        return key.utf8.allSatisfy { $0 == 0x5F || isalnum(Int32($0)) != 0 }
    }

    /// `nil` for a value that begins with a quote and does not end with it.
    private static func unquoted(_ value: String) -> String? {
        guard let quote = value.first, quote == "\"" || quote == "'" else { return value }
        guard value.count >= 2, value.last == quote else { return nil }
        return String(value.dropFirst().dropLast())
    }
}
