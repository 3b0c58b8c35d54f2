import Dispatch
import JobModel
import Synchronization

/// Tells a thread that blocks that it is to stop. All threads may use it.
final class StopBell: Sendable {
    private struct State {
        var isStopped = false
        var wake: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let stopped = DispatchSemaphore(value: 0)

    var isStopped: Bool { state.withLock { $0.isStopped } }

    func stop() {
        let wake = state.withLock { state in
            state.isStopped = true
            return state.wake
        }
        wake?()
        stopped.signal()
    }

    /// Waits; `false` when the time was cut short by the stop.
    func sleep(_ duration: Duration) -> Bool {
        guard stopped.wait(timeout: .now() + duration.inSeconds) == .success else { return true }
        // For whoever asks next.
        stopped.signal()
        return false
    }

    /// Does what must not begin after a stop, and has `wake` called by a stop from then on; `nil` when it was stopped.
    func begin<Value: Sendable>(_ body: () -> Value, wake: @escaping @Sendable () -> Void) -> Value? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            state.wake = wake
            return body()
        }
    }

    func end() {
        state.withLock { $0.wake = nil }
    }
}
