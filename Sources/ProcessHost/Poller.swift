import CLinux

/// An epoll instance; what it watches leaves it by being closed.
struct Poller: ~Copyable, Sendable {
    private let epoll: Descriptor
    private static let batch = 32

    init() throws(SystemCallFailure) {
        epoll = Descriptor(owning: try systemCall("epoll_create1", clinux_epoll_create()))
    }

    func add(_ descriptor: borrowing Descriptor, token: UInt64) throws(SystemCallFailure) {
        try add(rawValue: descriptor.rawValue, token: token)
    }

    func add(rawValue: Int32, token: UInt64) throws(SystemCallFailure) {
        try systemCall("epoll_ctl", clinux_epoll_add(epoll.rawValue, rawValue, token))
    }

    /// Watches another instance: it is ready when anything in it is.
    func add(_ other: borrowing Poller, token: UInt64) throws(SystemCallFailure) {
        try add(rawValue: other.epoll.rawValue, token: token)
    }

    func remove(rawValue: Int32) {
        _ = clinux_epoll_remove(epoll.rawValue, rawValue)
    }

    /// The tokens of those that are ready, at most a batch; `nil` waits for ever.
    func wait(atMost timeout: Duration?) -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: Self.batch) { buffer, count in
            let ready = clinux_epoll_wait(
                epoll.rawValue, buffer.baseAddress, Int32(Self.batch), timeout.map(Self.milliseconds) ?? -1)
            count = max(0, Int(ready))
        }
    }

    /// Rounded up: waking before the deadline would only mean waiting again.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        let total = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: max(0, total))
    }
}
