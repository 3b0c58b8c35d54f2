import JobStore

/// Where a store lives and what it promises.
package struct SQLiteOptions: Sendable {
    /// When a commit counts as done.
    package enum Synchronous: String, Sendable {
        /// Each commit is flushed to the disk: survives the loss of power.
        case full
        /// Flushed with checkpoints: survives the death of the process, the loss of power takes the last commits.
        case normal
    }

    package let path: String
    package var synchronous: Synchronous
    package var window: ReadyWindow
    /// Pages in the log at which the writer moves them to the database: at 1000 the log stays at about 4 MB, and the
    /// longest pause at a few milliseconds.
    package var checkpointPages: Int

    package init(
        path: String, synchronous: Synchronous = .full, window: ReadyWindow = .standard, checkpointPages: Int = 1000
    ) {
        self.path = path
        self.synchronous = synchronous
        self.window = window
        self.checkpointPages = checkpointPages
    }
}
