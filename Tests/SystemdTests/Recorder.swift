import Synchronization

/// Keeps what a closure under test was given.
final class Recorder<Item: Sendable>: Sendable {
    private let stored = Mutex<[Item]>([])

    var items: [Item] { stored.withLock { $0 } }

    func record(_ item: Item) {
        stored.withLock { $0.append(item) }
    }
}
