#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where handlers' log lines go: the worker's standard output, which is the daemon's log.
///
/// A line names its job when the daemon asks for it (`JOBSUP_OUTPUT_TAGS=1`): it begins with U+001E, the job's id and
/// U+001F then. Jobs at once share one pipe, and nobody else could tell whose line it is.
struct JobLog: Sendable {
    /// Longer lines are cut by the daemon. Cut here, each piece can name its job; the tag and the newline count.
    static let lineLimit = 8192

    private let isTagged: Bool
    private let output: @Sendable ([UInt8]) -> Void

    init(isTagged: Bool, output: @escaping @Sendable ([UInt8]) -> Void = Self.writeToStandardOutput) {
        self.isTagged = isTagged
        self.output = output
    }

    /// In one write, so that lines of jobs at once do not mix.
    func log(_ text: String, of job: UInt64) {
        output(lines(of: text, job: job))
    }

    private func lines(of text: String, job: UInt64) -> [UInt8] {
        let tag = isTagged ? Array("\u{1E}\(job)\u{1F}".utf8) : []
        let room = Self.lineLimit - tag.count - 1
        var bytes: [UInt8] = []
        for line in Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            var rest = line
            repeat {
                let piece = Self.piece(of: rest, room: room)
                bytes += tag
                bytes += piece
                bytes.append(UInt8(ascii: "\n"))
                rest = rest[piece.endIndex...]
            } while !rest.isEmpty
        }
        return bytes
    }

    /// As much as there is room for; no character is cut in two.
    private static func piece(of line: ArraySlice<UInt8>, room: Int) -> ArraySlice<UInt8> {
        guard line.count > room else { return line }
        let end = line.startIndex + room
        let isInside = line[end] & 0xC0 == 0x80
        guard isInside, let first = line[..<end].lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return line[..<end] }
        return line[..<first]
    }

    @Sendable
    private static func writeToStandardOutput(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = write(STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno == EAGAIN {
                    // Somebody who shares the pipe made it non-blocking: there is room again later.
                    var ready = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                } else if errno != EINTR {
                    // Nobody reads, and nobody is left to be told so.
                    return
                }
            }
        }
    }
}
