import Synchronization

/// The intake that holds now. A reload replaces it; any thread may ask.
package final class SharedIntake: Sendable {
    private let current: Mutex<Intake>

    init(_ intake: Intake) {
        current = Mutex(intake)
    }

    package var value: Intake { current.withLock { $0 } }

    func replace(by intake: Intake) {
        current.withLock { $0 = intake }
    }
}
