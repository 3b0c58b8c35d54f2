import Glibc

/// The lock on the state directory: one daemon at a time. Held until the process ends, however it ends.
struct StateLock: ~Copyable {
    /// Why the lock could not be had.
    enum Failure: Error, CustomStringConvertible {
        case held(path: String, by: String)
        case unusable(path: String, message: String)

        var description: String {
            switch self {
            case .held(let path, let owner):
                "another jobsupd\(owner.isEmpty ? "" : " (process \(owner))") uses this state directory: \(path) is "
                    + "locked; stop it first, or give this one a directory of its own with --state-directory"
            case .unusable(let path, let message):
                "cannot lock \(path): \(message); is the state directory writable for this user?"
            }
        }
    }

    private let descriptor: CInt

    init(directory: String) throws(Failure) {
        let path = directory + "/lock"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .unusable(path: path, message: String(cString: strerror(errno))) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { close(file) }
            guard code == EWOULDBLOCK else { throw .unusable(path: path, message: String(cString: strerror(code))) }
            throw .held(path: path, by: Self.owner(in: file))
        }
        // For people: who holds it. The lock itself is what counts.
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(file, 0)
        _ = pwrite(file, text, text.count, 0)
        descriptor = file
    }

    deinit {
        close(descriptor)
    }

    private static func owner(in file: CInt) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
            let count = pread(file, buffer.baseAddress, buffer.count, 0)
            return String(decoding: buffer.prefix(max(0, count)).prefix { (48...57).contains($0) }, as: UTF8.self)
        }
    }
}
