import Glibc

/// Why a log file could not be used.
struct LogFileFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// What the last system call says.
    static func lastCall() -> LogFileFailure { LogFileFailure(String(cString: strerror(errno))) }
}

/// A log file that lines are added to.
struct OpenLogFile: ~Copyable {
    private let descriptor: Int32
    private let device: dev_t
    private let inode: ino_t

    init(path: String) throws(LogFileFailure) {
        // Not to wait for a reader, should it be a FIFO.
        let opened = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o640)
        guard opened >= 0 else { throw LogFileFailure.lastCall() }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw LogFileFailure("it is not a regular file")
        }
        descriptor = opened
        device = status.st_dev
        inode = status.st_ino
    }

    deinit { close(descriptor) }

    /// How large the file is; `nil` when another one, or none, has its path now.
    func size(at path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return nil }
        return Int(status.st_size)
    }

    /// Adds all of it to the file, which is so large; or nothing.
    func append(_ text: String, at size: Int) throws(LogFileFailure) {
        var text = text
        let failure = text.withUTF8 { bytes -> LogFileFailure? in
            var rest = UnsafeRawBufferPointer(bytes)
            while let base = rest.baseAddress, rest.count > 0 {
                let written = write(descriptor, base, rest.count)
                if written > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
                } else if errno != EINTR {
                    return LogFileFailure.lastCall()
                }
            }
            return nil
        }
        guard let failure else { return }
        // The beginning of a line would stand before the next one. Where this fails as well, it does.
        _ = ftruncate(descriptor, off_t(size))
        throw failure
    }
}
