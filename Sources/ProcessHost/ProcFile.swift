import Glibc

/// Reads the small files below `/proc`.
enum ProcFile {
    /// More than any of them has, but for the children of thousands.
    private static let chunk = 1 << 14

    /// Calls `body` with the beginning of the file, as much as the buffer takes, or not at all when there is no such file.
    static func read(
        _ path: String, through buffer: UnsafeMutableRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return }
        let file = Descriptor(owning: raw)
        let count = Glibc.read(file.rawValue, buffer.baseAddress, buffer.count)
        if count > 0 { body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
    }

    /// The whole text, or `nil` when there is no such file (any more).
    static func read(_ path: String) -> String? {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return nil }
        let file = Descriptor(owning: raw)
        var text: String?
        while true {
            var count = 0
            let part = String(unsafeUninitializedCapacity: chunk) { buffer in
                repeat {
                    count = Glibc.read(file.rawValue, buffer.baseAddress, buffer.count)
                } while count < 0 && errno == EINTR
                return max(0, count)
            }
            if count < 0 { return nil }
            if count == 0 { return text ?? "" }
            text = text.map { $0 + part } ?? part
        }
    }
}
