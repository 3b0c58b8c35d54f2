import CLinux
import Foundation

/// Measures the memory of processes on a thread of its own: reading these files takes the kernel its time.
final class MemorySweeper: Sendable {
    private struct Request: Sendable {
        let targets: [MemoryTarget]
        let completion: @Sendable ([MemoryReading]) -> Void
    }

    private let requests: Mailbox<Request>

    init() throws(SystemCallFailure) {
        requests = try Mailbox()
        let thread = Thread { [requests] in
            clinux_name_thread("jobsup-memory")
            let memory = TreeMemory()
            while true {
                for request in requests.waitForElements() {
                    request.completion(request.targets.compactMap { Self.reading(of: $0, by: memory) })
                }
            }
        }
        thread.start()
    }

    func measure(_ targets: [MemoryTarget], then completion: @escaping @Sendable ([MemoryReading]) -> Void) {
        requests.post(Request(targets: targets, completion: completion))
    }

    private static func reading(of target: MemoryTarget, by memory: borrowing TreeMemory) -> MemoryReading? {
        var source = MemoryReading.Source.processes
        let bytes: Int
        if let workingSet = target.group?.workingSetBytes() {
            bytes = workingSet
            source = .controlGroup
        } else if let group = target.group {
            // Without the memory controller the group at least knows all of its processes.
            bytes = memory.residentBytes(of: group.folder.allProcesses)
        } else {
            bytes = memory.residentBytes(ofTreesAt: [target.processID] + target.orphans)
        }
        // Gone meanwhile: its process id may be another one's already.
        guard target.handle.processID != nil else { return nil }
        return MemoryReading(handleID: target.handle.id, bytes: bytes, source: source)
    }
}
