import Synchronization

/// Carries one value that cannot be copied to another thread, which takes it out once.
final class Handover<Value: ~Copyable & Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming Value) {
        self.value = Mutex(consume value)
    }

    func take() -> Value? {
        value.withLock { $0.take() }
    }
}
