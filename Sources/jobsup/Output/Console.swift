import Foundation

/// The terminal, or what stands in its place.
enum Console {
    /// Writes a text as lines; `false` when nobody reads them any more (`jobsup job list | head`).
    @discardableResult
    static func print(_ text: String) throws(Complaint) -> Bool {
        try print(bytes: Array((text + "\n").utf8))
    }

    /// Writes bytes as they are.
    @discardableResult
    static func print(bytes: [UInt8]) throws(Complaint) -> Bool {
        switch write(bytes, to: STDOUT_FILENO) {
        case 0: return true
        case EPIPE: return false
        case let problem:
            throw Complaint("cannot write to standard output: \(String(cString: strerror(problem)))", .cannotWrite)
        }
    }

    /// Where not even this can be written, there is nobody left to tell.
    static func error(_ text: String) {
        _ = write(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Takes the places of streams that are closed (`>&-`), or the next socket would get them, and the results with them.
    /// Each is opened for what it is not: using it fails as if it were closed.
    static func reserveDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// How results are styled on standard output.
    static var style: Style {
        Style(isTerminal: isTerminal(STDOUT_FILENO), environment: ProcessInfo.processInfo.environment)
    }

    static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

    /// Columns and rows of the terminal behind a descriptor.
    static func size(_ descriptor: CInt) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Writes all of it, or gives the number of the error.
    private static func write(_ bytes: [UInt8], to descriptor: CInt) -> CInt {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            let problem = errno
            switch problem {
            case EINTR: continue
            case EAGAIN:
                // Whoever shares the descriptor has made it non-blocking: there is room again later.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            default: return problem
            }
        }
        return 0
    }
}
