import Glibc

/// The lock on a directory of the daemon: one daemon at a time. Held until the process ends, however it ends.
struct DirectoryLock: ~Copyable {
    /// What the directory is for. The names of the files differ, since both may be the same directory.
    enum Purpose {
        /// The store: two daemons on one would run its jobs twice.
        case state
        /// The sockets: a second daemon would replace those of the first.
        case runtime

        fileprivate var file: String {
            switch self {
            case .state: "lock"
            case .runtime: "sockets.lock"
            }
        }

        fileprivate var name: String {
            switch self {
            case .state: "state directory"
            case .runtime: "runtime directory"
            }
        }
    }

    /// Why the lock could not be had.
    enum Failure: Error, CustomStringConvertible {
        case held(Purpose, path: String, by: String)
        case unusable(Purpose, path: String, message: String)

        var description: String {
            switch self {
            case .held(let purpose, let path, let owner):
                "another jobsupd\(owner.isEmpty ? "" : " (process \(owner))") uses this \(purpose.name): \(path) is "
                    + "locked; stop it first, or give this one directories of its own, with --state-directory and "
                    + "--runtime-directory"
            case .unusable(let purpose, let path, let message):
                "cannot lock the \(purpose.name), \(path): \(message); make it a directory on a disk with room, writable "
                    + "for the daemon's user"
            }
        }
    }

    private let descriptor: CInt

    init(_ purpose: Purpose, directory: String) throws(Failure) {
        let path = directory + "/" + purpose.file
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .unusable(purpose, path: path, message: String(cString: strerror(errno))) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { close(file) }
            guard code == EWOULDBLOCK else {
                throw .unusable(purpose, path: path, message: String(cString: strerror(code)))
            }
            throw .held(purpose, path: path, by: Self.owner(in: file))
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
