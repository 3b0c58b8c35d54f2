import Foundation

/// Tells a benchmark when jobs begin: the nanoseconds since the time in the payload, one line for each.
struct StampFile {
    private let descriptor: CInt

    /// Opens the FIFO, for reading too: it must not wait for a reader, and outlives each of them.
    init(path: String?) {
        descriptor = path.map { open($0, O_RDWR) } ?? -1
    }

    /// `payload` is a time of the monotonic clock in nanoseconds.
    func write(sinceTimeIn payload: [UInt8]) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let sent = Int(String(decoding: payload, as: UTF8.self)) ?? 0
        let line = "\(now.tv_sec * 1_000_000_000 + now.tv_nsec - sent)\n"
        _ = line.withCString { Glibc.write(descriptor, $0, strlen($0)) }
    }
}
