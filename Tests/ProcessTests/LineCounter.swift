import Synchronization

@testable import ProcessHost

/// Counts lines without keeping them.
final class LineCounter: Sendable {
    private let totals = Mutex((bytes: 0, longest: 0))

    func count(_ lines: OutputBatch) {
        totals.withLock { totals in
            for line in lines {
                totals.bytes += line.text.utf8.count
                totals.longest = max(totals.longest, line.text.utf8.count)
            }
        }
    }

    var bytes: Int { totals.withLock { $0.bytes } }
    var longest: Int { totals.withLock { $0.longest } }
}
