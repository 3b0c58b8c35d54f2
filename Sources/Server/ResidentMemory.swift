import Glibc

/// The memory of processes, from /proc.
enum ResidentMemory {
    /// The resident set in bytes; `nil` when the process is gone.
    static func bytes(ofProcess pid: Int32) -> Int64? {
        let file = open("/proc/\(pid)/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            let count = read(file, buffer.baseAddress, buffer.count)
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
        // The second field of statm: resident pages.
        let fields = text.split(separator: " ")
        return fields.count > 1 ? Int64(fields[1]).map { $0 * Int64(getpagesize()) } : nil
    }
}
