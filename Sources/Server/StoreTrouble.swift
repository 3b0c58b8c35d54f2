import Synchronization

/// What is wrong with the store right now, for whoever asks. Any thread.
package final class StoreTrouble: Sendable {
    private let current = Mutex<String?>(nil)

    package init() {}

    /// `nil` when all is well.
    package var message: String? {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}
