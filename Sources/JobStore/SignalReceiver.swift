import Synchronization

/// Who is told what a store has to say of itself. Any thread may tell.
package final class SignalReceiver: Sendable {
    /// A function that passes bare through a generic is wrapped once more each time, and the wrappers pile up; in a
    /// structure it passes as it is.
    private struct Ear {
        let hear: @Sendable (StoreSignal) -> Void
    }

    private let ear = Mutex<Ear?>(nil)

    package init() {}

    package func set(_ hear: @escaping @Sendable (StoreSignal) -> Void) {
        ear.withLock { $0 = Ear(hear: hear) }
    }

    package func tell(_ signal: StoreSignal) {
        ear.withLock { $0 }?.hear(signal)
    }
}
