import CLinux
import Glibc
import Synchronization

/// Elements for one receiving thread, which sleeps in `poll` or `epoll` until there are some.
final class Mailbox<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    /// Readable when there may be elements.
    let wakeup: Descriptor

    init() throws(SystemCallFailure) {
        wakeup = Descriptor(owning: try systemCall("eventfd", clinux_eventfd()))
    }

    func post(_ element: Element) {
        let isFirst = elements.withLock { elements in
            elements.append(element)
            return elements.count == 1
        }
        // Who finds others waiting knows that the receiver has been woken for them.
        guard isFirst else { return }
        var one: UInt64 = 1
        _ = write(wakeup.rawValue, &one, 8)
    }

    func takeAll() -> [Element] {
        // Before taking: what is posted in between wakes again.
        var count: UInt64 = 0
        _ = read(wakeup.rawValue, &count, 8)
        return elements.withLock { elements in
            defer { elements = [] }
            return elements
        }
    }

    /// Blocks the calling thread until there are elements.
    func waitForElements() -> [Element] {
        while true {
            var poller = pollfd(fd: wakeup.rawValue, events: Int16(POLLIN), revents: 0)
            _ = poll(&poller, 1, -1)
            let elements = takeAll()
            if !elements.isEmpty { return elements }
        }
    }
}
