import Foundation
import JobModel

/// Prints what a source gives, until there is no more, nobody reads it, or the end of what it follows has come.
struct LogReading {
    /// When the job has ended its last lines may still be on their way: the end is when none has come for so long.
    private static let quiet = Duration.seconds(1)
    /// Something that the job left behind may write for ever.
    private static let patience = Duration.seconds(10)

    let source: any LogSource
    let end: LogEnd?
    let time: TimeSource

    /// Blocks; to be called on a thread of its own.
    func print(by printer: LogPrinter) throws(Complaint) {
        var printer = printer
        var (endedAt, lastAt) = (Duration?.none, Duration.zero)
        while true {
            let isOpen = try source.read { record throws(Complaint) in
                lastAt = time.uptime()
                return try printer.add(record)
            }
            guard try printer.flush(), isOpen else { return }
            let now = time.uptime()
            if let endedAt, now >= min(max(endedAt, lastAt) + Self.quiet, endedAt + Self.patience) { return }
            let left = endedAt.map { min(max($0, lastAt) + Self.quiet, $0 + Self.patience) - now }
            if wait(atMost: left, withEnd: endedAt == nil) { endedAt = time.uptime() }
        }
    }

    /// Returns when there may be more to read, and at the end of the time; says whether the end has come.
    private func wait(atMost limit: Duration?, withEnd: Bool) -> Bool {
        var descriptors = [pollfd(fd: source.wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        if withEnd, let end { descriptors.append(pollfd(fd: end.descriptor, events: Int16(POLLIN), revents: 0)) }
        poll(&descriptors, nfds_t(descriptors.count), limit.map { CInt(clamping: $0.inMilliseconds + 1) } ?? -1)
        return descriptors.count > 1 && descriptors[1].revents != 0
    }
}
