import Glibc

/// Tells a reader on another thread that what it follows comes to its end.
final class LogEnd: Sendable {
    /// Readable from then on.
    let descriptor: CInt
    private let writer: CInt

    init() throws(Complaint) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw Complaint("cannot make a pipe: \(String(cString: strerror(errno)))", .noLog)
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (descriptor, writer) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(writer)
    }

    func come() {
        var byte: UInt8 = 0
        _ = write(writer, &byte, 1)
    }
}
