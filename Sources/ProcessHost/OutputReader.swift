import Glibc

/// Our end of a pipe that a process writes to.
final class OutputReader {
    enum Progress {
        /// Something came; there may be more.
        case read
        /// Nothing more at the moment.
        case empty
        /// Nobody holds the other end any more.
        case ended
    }

    private let pipe: Descriptor
    private var splitter: LineSplitter
    private(set) var capture: OutputCapture?

    /// The pipe must not block.
    init(_ pipe: consuming Descriptor, stream: OutputLine.Stream, captureLimit: Int?) {
        self.pipe = pipe
        splitter = LineSplitter(stream)
        capture = captureLimit.map(OutputCapture.init(limit:))
    }

    var descriptor: Int32 { pipe.rawValue }

    /// Reads once, as much as the buffer takes: one that writes without end gets no more of our time than any other.
    func read(through buffer: UnsafeMutableRawBufferPointer, lines: inout [OutputLine]) -> Progress {
        let count = Glibc.read(pipe.rawValue, buffer.baseAddress, buffer.count)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if capture == nil { splitter.add(bytes, to: &lines) } else { capture?.add(bytes) }
            return .read
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return .empty }
        splitter.finish(to: &lines)
        return .ended
    }

    /// Reads what lies in the pipe now, but no more than the largest pipe holds: a writer may go on writing.
    func drain(through buffer: UnsafeMutableRawBufferPointer, lines: inout [OutputLine]) -> Progress {
        for _ in 0..<(1 << 20) / buffer.count {
            let progress = read(through: buffer, lines: &lines)
            guard case .read = progress else { return progress }
        }
        return .read
    }

    /// The last line without a newline, when we stop reading before the end.
    func finish(lines: inout [OutputLine]) {
        splitter.finish(to: &lines)
    }
}
