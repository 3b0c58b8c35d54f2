import Foundation
import ProcessHost
import Synchronization

/// Starts many programs, some at once, and says what that left behind.
enum Soak {
    private static let atOnce = 16

    static func run(count: Int) throws {
        let host = try Probe.makeHost()
        // Warm: the allocator's pools, Foundation's threads, the run loops.
        start(min(1000, count), on: host)
        _ = Probe.settledChildren()
        let descriptors = Probe.settledDescriptors(expecting: Probe.openDescriptors)
        let resident = Probe.residentKiB
        let wrong = start(count, on: host)
        Probe.say("wrong", wrong)
        Probe.say("children", Probe.settledChildren())
        Probe.say("descriptors-before", descriptors)
        Probe.say("descriptors-after", Probe.settledDescriptors(expecting: descriptors))
        Probe.say("resident-kib-before", resident)
        Probe.say("resident-kib-after", Probe.residentKiB)
    }

    /// The number of those that did not end as they should.
    @discardableResult
    private static func start(_ count: Int, on host: ProcessHost) -> Int {
        let wrong = Atomic<Int>(0)
        let room = DispatchSemaphore(value: atOnce)
        for index in 0..<count {
            room.wait()
            // Every tenth leaves an orphan behind.
            let request =
                index % 10 == 0
                ? SpawnRequest(executable: "/bin/sh", arguments: ["-c", "/bin/sleep 0.001 & exit 7"])
                : SpawnRequest(executable: "/bin/true")
            host.start(request) { event in
                switch event {
                case .exited(let exit):
                    if exit.cause != .code(index % 10 == 0 ? 7 : 0) { wrong.add(1, ordering: .relaxed) }
                case .failed: wrong.add(1, ordering: .relaxed)
                case .started, .lines, .notified: return
                }
                room.signal()
            }
        }
        for _ in 0..<atOnce { room.wait() }
        for _ in 0..<atOnce { room.signal() }
        return wrong.load(ordering: .relaxed)
    }
}
