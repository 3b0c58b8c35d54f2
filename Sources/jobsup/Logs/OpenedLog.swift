import Glibc
import TextLog

/// A log file that is being read. It stays the same file when it is renamed.
final class OpenedLog {
    struct Identity: Hashable {
        let device: dev_t
        let inode: ino_t
    }

    let identity: Identity
    private let descriptor: CInt
    /// Where reading goes on.
    private(set) var offset = 0

    private static let blockBytes = 256 << 10

    /// `nil` when there is none; throws when it cannot be read.
    init?(path: String) throws(Complaint) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.unreadable(path, String(cString: strerror(errno)))
        }
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        identity = Identity(device: status.st_dev, inode: status.st_ino)
        guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Self.unreadable(path, "it is not a regular file")
        }
    }

    deinit { close(descriptor) }

    /// What has this path now.
    static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: status.st_dev, inode: status.st_ino)
    }

    static func unreadable(_ path: String, _ why: String) -> Complaint {
        Complaint(
            "cannot read the log at \(path): \(why)",
            hint: "it is the daemon's: read it as its user, as a member of the file's group, or as root", .noLog)
    }

    var size: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// When it was last written to.
    var changed: Duration {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .zero }
        return .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
    }

    /// The next bytes; none at the end, for now. A file that has become shorter is read from its beginning.
    func next() -> ArraySlice<UInt8> {
        if size < offset { offset = 0 }
        let bytes = read(at: offset, count: Self.blockBytes)
        offset += bytes.count
        return bytes
    }

    func seek(_ offset: Int) {
        self.offset = offset
    }

    /// Goes through the entries from the last one on, until `each` says that it has found what it looks for; gives where
    /// that entry begins. Holds a block and an entry at most.
    func last(where each: (ArraySlice<UInt8>) -> Bool) -> Int? {
        var end = size
        // The beginning of the block behind, whose entry begins before it.
        var later: [UInt8] = []
        while end > 0 {
            let start = max(0, end - Self.blockBytes)
            let block = Array(read(at: start, count: end - start)) + later
            var entryEnd = block.count
            var newline = block.dropLast().lastIndex(of: UInt8(ascii: "\n"))
            while let before = newline {
                let begin = before + 1
                if !block[begin..<entryEnd].starts(with: TextLine.indent.utf8) {
                    if each(block[begin..<entryEnd].trimmingNewline()) { return start + begin }
                    entryEnd = begin
                }
                newline = block[..<before].lastIndex(of: UInt8(ascii: "\n"))
            }
            // What would never end is no entry.
            later = entryEnd > LogLines.limitBytes ? [] : Array(block[..<entryEnd])
            end = start
        }
        return !later.isEmpty && each(later[...].trimmingNewline()) ? 0 : nil
    }

    private func read(at offset: Int, count: Int) -> ArraySlice<UInt8> {
        var done = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while done < count {
                let result = pread(
                    descriptor, UnsafeMutableRawBufferPointer(buffer).baseAddress.map { $0 + done }, count - done,
                    off_t(offset + done))
                if result < 0, errno == EINTR { continue }
                guard result > 0 else { break }
                done += result
            }
            initialized = done
        }
        return bytes[...]
    }
}

extension ArraySlice<UInt8> {
    fileprivate func trimmingNewline() -> ArraySlice<UInt8> {
        last == UInt8(ascii: "\n") ? dropLast() : self
    }
}
