/// Whether a job that is known to need much memory can be started now.
///
/// What runs already has been promised its memory and may not have taken it yet: the rest of each promise counts as taken.
package struct MemoryAdmission: Sendable {
    /// What can be had without swapping, in bytes.
    package let availableBytes: Int
    private var promisedBytes: Int

    /// `running` are the needs of jobs that run, with what their workers have by now.
    package init(availableBytes: Int, running: [(expectedBytes: Int, usedBytes: Int)]) {
        self.availableBytes = availableBytes
        promisedBytes = running.reduce(0) { $0 + max(0, $1.expectedBytes - $1.usedBytes) }
    }

    package var freeBytes: Int { max(0, availableBytes - promisedBytes) }

    /// Takes the memory for one more, if there is so much.
    package mutating func admit(_ expectedBytes: Int) -> Bool {
        guard expectedBytes <= freeBytes else { return false }
        promisedBytes += expectedBytes
        return true
    }
}
