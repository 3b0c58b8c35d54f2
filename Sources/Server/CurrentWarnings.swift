import Synchronization

/// What the configuration that holds now has to warn of. A reload replaces it; any thread may ask.
package final class CurrentWarnings: Sendable {
    private let current: Mutex<[String]>

    package init(_ warnings: [String]) {
        current = Mutex(warnings)
    }

    package var all: [String] {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}
