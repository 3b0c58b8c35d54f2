import Foundation

/// A file of `KEY=VALUE` lines, as systemd's `EnvironmentFile=` has them: comments begin with # or ;, a value may be in quotes.
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
        guard FileManager.default.fileExists(atPath: path) else {
            if isOptional { return [:] }
            throw Problem(message: "there is no file '\(path)'; put - before the path if it may be missing")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem(message: "'\(path)' cannot be read by this user")
        }
        guard data.count <= sizeLimit else { throw Problem(message: "'\(path)' has more than \(sizeLimit) bytes") }
        return try parse(String(decoding: data, as: UTF8.self), path: path)
    }

    static func parse(_ text: String, path: String) throws(Problem) -> [String: String] {
        var result: [String: String] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            guard let first = line.first, first != "#", first != ";" else { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = parts[0].trimmingCharacters(in: .whitespaces)
            let isName = !key.isEmpty && key.utf8.allSatisfy { $0 == 0x5F || isalnum(Int32($0)) != 0 }
            guard parts.count == 2, isName, !line.utf8.contains(0) else {
                throw Problem(message: "line \(index + 1) of '\(path)' is not KEY=VALUE")
            }
            result[key] = unquoted(parts[1].trimmingCharacters(in: .whitespaces))
        }
        return result
    }

    private static func unquoted(_ value: String) -> String {
        for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
            return String(value.dropFirst().dropLast())
        }
        return value
    }
}
