import Glibc

/// Finds the file to execute, and says before anything is started why there is none.
enum ExecutableSearch {
    /// The absolute path for `executable`; a name without a slash is searched in `path`, in which only absolute folders count.
    static func find(_ executable: String, path: String?) throws(SpawnError) -> String {
        if executable.hasPrefix("/") {
            try check(executable)
            return executable
        }
        guard !executable.isEmpty, !executable.contains("/") else {
            throw .invalidText("\"\(executable)\" is neither an absolute path nor the name of a program")
        }
        let path = path ?? ""
        var unusable: SpawnError?
        for folder in path.split(separator: ":") where folder.hasPrefix("/") {
            let candidate = "\(folder)/\(executable)"
            do throws(SpawnError) {
                try check(candidate)
                return candidate
            } catch {
                // A file that is there and cannot be used explains more than "not found", unless a later folder has a good one.
                if case .executableNotFound = error { continue }
                unusable = unusable ?? error
            }
        }
        throw unusable ?? .executableNotFound(executable, searched: path)
    }

    /// Whether `path` is a file with the right to execute it.
    static func check(_ path: String) throws(SpawnError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            guard code != ENOENT, code != ENOTDIR else { throw .executableNotFound(path, searched: nil) }
            throw .notExecutable(path, reason: SystemCallFailure.text(of: code))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notExecutable(path, reason: "it is not a regular file") }
        guard access(path, X_OK) == 0 else {
            throw .notExecutable(path, reason: SystemCallFailure.text(of: errno))
        }
    }

    /// The interpreter that the first line of a script names.
    static func interpreter(of path: String) -> String? {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return nil }
        let file = Descriptor(owning: raw)
        // The kernel reads no more than this either.
        let start = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = max(0, read(file.rawValue, buffer.baseAddress, buffer.count))
        }
        guard start.starts(with: Array("#!".utf8)) else { return nil }
        let line = start.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
        let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return words.first.map { String(decoding: $0, as: UTF8.self) }
    }
}
