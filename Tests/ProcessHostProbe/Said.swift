import Foundation
import Synchronization

/// Numbers that come from a process, for one who waits for some of them.
final class Said: Sendable {
    private let numbers = Mutex<[Int32]>([])
    private let came = DispatchSemaphore(value: 0)

    func add(_ more: [Int32]) {
        numbers.withLock { $0 += more }
        for _ in more { came.signal() }
    }

    func wait(for count: Int) -> [Int32] {
        for _ in 0..<count where came.wait(timeout: .now() + 60) == .timedOut { Probe.say("missing", count) }
        return numbers.withLock { $0 }
    }
}

final class Ended: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func set() { semaphore.signal() }

    func wait() {
        if semaphore.wait(timeout: .now() + 60) == .timedOut { Probe.say("no-end", 60) }
    }
}
