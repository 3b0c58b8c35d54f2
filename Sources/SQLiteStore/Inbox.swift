import DequeModule
import Dispatch
import Synchronization

/// What is handed to a thread of the store: from any thread in, by one thread out.
///
/// Waking a thread costs as much as several jobs, so it is only woken when it sleeps.
final class Inbox<Element: Sendable>: Sendable {
    private struct State {
        var waiting = Deque<Element>()
        var isAsleep = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    /// `false` when it is closed: nobody will look at the element.
    func post(_ element: Element) -> Bool {
        let (accepted, wake) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.waiting.append(element)
            defer { state.isAsleep = false }
            return (true, state.isAsleep)
        }
        if wake { bell.signal() }
        return accepted
    }

    /// No more is accepted; what is there can still be taken.
    func close() {
        let wake = state.withLock { state in
            state.isClosed = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if wake { bell.signal() }
    }

    enum Patience {
        case none
        case seconds(Int)
        case endless
    }

    /// Takes the first elements until their weights reach `limit`, at least one; waits for it as long as `patience`
    /// allows. `nil` when it is closed and empty.
    func take(limit: Int, patience: Patience, weight: (Element) -> Int) -> [Element]? {
        while true {
            let (taken, isClosed) = state.withLock { state in
                var taken: [Element] = []
                var total = 0
                while total < limit, let element = state.waiting.popFirst() {
                    total += weight(element)
                    taken.append(element)
                }
                if taken.isEmpty { state.isAsleep = true }
                return (taken, state.isClosed)
            }
            if !taken.isEmpty { return taken }
            if isClosed { return nil }
            switch patience {
            case .none: return []
            case .seconds(let seconds):
                if bell.wait(timeout: .now() + .seconds(seconds)) == .timedOut { return [] }
            case .endless: bell.wait()
            }
        }
    }
}
