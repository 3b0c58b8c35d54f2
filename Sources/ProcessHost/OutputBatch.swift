import Synchronization

/// Lines that came together.
///
/// While somebody keeps batches of more than `OutputFlow.limitBytes` of one process, no more is read from it, and it waits in
/// its write: a process that writes faster than its lines are dealt with fills no memory of ours. Let go of a batch when done.
package final class OutputBatch: RandomAccessCollection, Sendable {
    private let lines: [OutputLine]
    private let bytes: Int
    private let flow: OutputFlow

    init(_ lines: [OutputLine], flow: OutputFlow) {
        self.lines = lines
        // Short and empty lines take room as well.
        bytes = lines.reduce(0) { $0 + $1.text.utf8.count + MemoryLayout<OutputLine>.stride }
        self.flow = flow
        flow.add(bytes)
    }

    deinit { flow.remove(bytes) }

    package var startIndex: Int { lines.startIndex }
    package var endIndex: Int { lines.endIndex }
    package subscript(index: Int) -> OutputLine { lines[index] }
}

/// How much of one process's output is on its way.
final class OutputFlow: Sendable {
    static let limitBytes = 256 << 10
    /// Reading begins again here: well below the limit, so that it does not stop and go with every batch.
    static let resumeBytes = limitBytes / 2

    private let outstanding = Atomic<Int>(0)
    private let onResume: @Sendable () -> Void

    /// `onResume` is called on the thread of whoever lets go of a batch.
    init(onResume: @escaping @Sendable () -> Void) {
        self.onResume = onResume
    }

    var isFull: Bool { outstanding.load(ordering: .acquiring) > Self.limitBytes }
    var mayResume: Bool { outstanding.load(ordering: .acquiring) <= Self.resumeBytes }

    func add(_ bytes: Int) {
        outstanding.add(bytes, ordering: .acquiringAndReleasing)
    }

    func remove(_ bytes: Int) {
        let (before, after) = outstanding.subtract(bytes, ordering: .acquiringAndReleasing)
        if before > Self.resumeBytes, after <= Self.resumeBytes { onResume() }
    }
}
