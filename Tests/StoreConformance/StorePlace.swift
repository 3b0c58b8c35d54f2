import JobStore

/// Where a store lives during one check.
package protocol StorePlace: AnyObject, Sendable {
    /// Opens the store of this place: an empty one at first, later the one that was closed before.
    func open() throws -> any JobStore

    /// Whether what a store knew when it was closed is there when it is opened again.
    var isDurable: Bool { get }
}

/// A place that forgets.
package final class MemoryPlace: StorePlace {
    package init() {}

    package func open() -> any JobStore { MemoryStore() }

    package var isDurable: Bool { false }
}
