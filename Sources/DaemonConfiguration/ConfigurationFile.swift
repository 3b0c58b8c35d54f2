import Foundation
import Yams

/// One YAML file. What is wrong with it is complained of with its line and column.
struct ConfigurationFile {
    private static let limitBytes = 1 << 20

    let path: String

    /// The values of the file; `nil` when it holds none or cannot be read.
    func read(into findings: ConfigurationFindings) -> ConfigurationValue? {
        do throws(Failure) {
            let text = try text(of: try bytes())
            guard let node = try compose(text) else { return nil }
            var tree = ConfigurationTree(file: path, findings: findings)
            switch tree.value(of: node) {
            case let value? where value.isNothing: return nil
            case .mapping(let members, let origin)?: return .mapping(members, origin)
            case let value?: findings.complain(value.origin, "", "must be a mapping of keys to values")
            case nil: break
            }
        } catch {
            findings.complain(.file(path: path, line: error.line, column: error.column), "", error.message)
        }
        findings.isIncomplete = true
        return nil
    }

    private struct Failure: Error {
        var line = 1
        var column = 1
        let message: String
    }

    private func bytes() throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: throw Failure(message: "there is no such file")
            case EACCES: throw Failure(message: "this user may not read it")
            case let number: throw Failure(message: "cannot be opened: \(String(cString: strerror(number)))")
            }
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw Failure(message: "is a directory, not a file")
        }
        let data: Data
        do {
            data = try file.read(upToCount: Self.limitBytes + 1) ?? Data()
        } catch {
            throw Failure(message: "cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= Self.limitBytes else {
            throw Failure(message: "is larger than \(ByteCount.text(Self.limitBytes))")
        }
        return Array(data)
    }

    private func text(of bytes: [UInt8]) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let valid = Self.validPrefix(of: bytes)
            let (line, column) = Self.place(behind: String(decoding: bytes[..<valid], as: UTF8.self).unicodeScalars)
            let byte = String(bytes[valid], radix: 16)
            throw Failure(line: line, column: column, message: "is not UTF-8 text: byte 0x\(byte)")
        }
        // A byte order mark is no part of the text; Yams would make it one of the first key.
        return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    private func compose(_ text: String) throws(Failure) -> Node? {
        do {
            return try Yams.compose(yaml: text, .default, .default, .utf8)
        } catch let error as YamlError {
            throw Self.failure(error, in: text)
        } catch {
            throw Failure(message: "not valid YAML: \(error)")
        }
    }

    private static func failure(_ error: YamlError, in text: String) -> Failure {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            let isTab = lines.dropFirst(mark.line - 1).first?.dropFirst(mark.column - 1).first == "\t"
            let hint = isTab ? "; a tab cannot indent, use spaces" : ""
            return Failure(line: mark.line, column: mark.column, message: "not valid YAML: \(problem)\(hint)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return Failure(
                line: context.mark.line, column: context.mark.column,
                message: ConfigurationTree.duplicate(duplicates.first ?? ""))
        case .reader(let problem, let offset, let value, _):
            let index = offset.flatMap { text.index(text.startIndex, offsetBy: $0, limitedBy: text.endIndex) }
            let (line, column) = place(behind: text[..<(index ?? text.startIndex)].unicodeScalars)
            return Failure(
                line: line, column: column,
                message: "not valid YAML: \(problem) (character \(value))")
        default: return Failure(message: "not valid YAML: \(error)")
        }
    }

    /// Line and column of what follows `text`.
    private static func place(behind text: some BidirectionalCollection<Unicode.Scalar>) -> (line: Int, column: Int) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return (max(1, lines.count), (lines.last?.count ?? 0) + 1)
    }

    /// How many bytes from the beginning are UTF-8.
    private static func validPrefix(of bytes: [UInt8]) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var count = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { count += scalar.count }
        return count
    }
}
