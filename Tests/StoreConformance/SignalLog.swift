import Dispatch
import JobModel
import JobStore
import Synchronization
import Testing

/// What a store has signalled, for checks that wait for it.
package final class SignalLog: Sendable {
    package struct Heard: Sendable {
        package var ready = 0
        package var due: [Timestamp] = []
        package var trouble: [StoreError?] = []
    }

    private struct State {
        var heard = Heard()
        var waiting: [Int: (until: @Sendable (Heard) -> Bool, resume: CheckedContinuation<Bool, Never>)] = [:]
        var tickets = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var heard: Heard { state.withLock { $0.heard } }

    package func receive(_ signal: StoreSignal) {
        let satisfied = state.withLock { state in
            switch signal {
            case .ready: state.heard.ready += 1
            case .due(let instant): state.heard.due.append(instant)
            case .trouble(let error): state.heard.trouble.append(error)
            }
            let heard = state.heard
            let satisfied = state.waiting.filter { $0.value.until(heard) }
            for ticket in satisfied.keys { state.waiting[ticket] = nil }
            return satisfied.values.map(\.resume)
        }
        for resume in satisfied { resume.resume(returning: true) }
    }

    /// Waits until what was heard fulfils the condition; a failure of the test after 30 seconds.
    package func wait(
        _ what: String, until: @escaping @Sendable (Heard) -> Bool, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let came = await withCheckedContinuation { continuation in
            let ticket: Int? = state.withLock { state in
                if until(state.heard) { return nil }
                state.tickets += 1
                state.waiting[state.tickets] = (until, continuation)
                return state.tickets
            }
            guard let ticket else {
                continuation.resume(returning: true)
                return
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + 30) { [self] in
                let late = state.withLock { $0.waiting.removeValue(forKey: ticket) }
                late?.resume.resume(returning: false)
            }
        }
        try #require(came, "waited for \(what)", sourceLocation: location)
    }
}
