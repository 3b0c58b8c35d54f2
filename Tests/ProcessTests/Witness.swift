import Foundation
import Logging
import Synchronization

@testable import ProcessHost

struct Timeout: Error, CustomStringConvertible {
    let description: String
}

/// Sees the events of one process, and lets a test wait for what it expects.
final class Witness: Sendable {
    private struct State {
        /// Keeps what it sees: a flood stops here.
        var events: [ProcessEvent] = []
        var waiters: [Int: @Sendable ([ProcessEvent]) -> Bool] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    func record(_ event: ProcessEvent) {
        let due = state.withLock { state in
            state.events.append(event)
            return (state.waiters, state.events)
        }
        for (key, waiter) in due.0 where waiter(due.1) {
            state.withLock { _ = $0.waiters.removeValue(forKey: key) }
        }
    }

    var events: [ProcessEvent] { state.withLock { $0.events } }

    /// Waits until `pick` finds what it looks for among the events so far.
    func wait<Value: Sendable>(
        for what: String, within limit: Duration = .seconds(100),
        _ pick: @escaping @Sendable ([ProcessEvent]) -> Value?
    ) async throws -> Value {
        let once = Once<Value>()
        let key = state.withLock { state in
            state.nextWaiter += 1
            state.waiters[state.nextWaiter] = { events in
                guard let value = pick(events) else { return false }
                once.resolve(.success(value))
                return true
            }
            return state.nextWaiter
        }
        if let value = pick(events) { once.resolve(.success(value)) }
        let timer = Task {
            try await Task.sleep(for: limit)
            once.resolve(.failure(Timeout(description: "no \(what) within \(limit), but \(self.events.prefix(5))")))
        }
        defer {
            timer.cancel()
            state.withLock { _ = $0.waiters.removeValue(forKey: key) }
        }
        return try await once.value
    }

    func started() async throws -> Int32 {
        try await wait(for: "start") { events in
            for case .started(let processID) in events { return processID }
            return nil
        }
    }

    func exit(within limit: Duration = .seconds(100)) async throws -> ProcessExit {
        let end = try await wait(for: "exit", within: limit) { events -> Result<ProcessExit, SpawnError>? in
            for event in events {
                if case .exited(let exit) = event { return .success(exit) }
                if case .failed(let error) = event { return .failure(error) }
            }
            return nil
        }
        return try end.get()
    }

    func failure() async throws -> SpawnError {
        try await wait(for: "failure") { events in
            for case .failed(let error) in events { return error }
            return nil
        }
    }

    func line(_ isRight: @escaping @Sendable (String) -> Bool = { _ in true }) async throws -> String {
        try await wait(for: "line") { events in Self.lines(in: events).first { isRight($0.text) }?.text }
    }

    var lines: [OutputLine] { Self.lines(in: events) }

    static func lines(in events: [ProcessEvent]) -> [OutputLine] {
        events.flatMap { event -> [OutputLine] in
            if case .lines(let lines) = event { return Array(lines) }
            return []
        }
    }
}

/// A value that arrives once, for one who waits.
private final class Once<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, any Error>)
        case resolved(Result<Value, any Error>)
        case done
    }

    private let state = Mutex(State.empty)

    func resolve(_ result: Result<Value, any Error>) {
        let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .empty:
                state = .resolved(result)
                return nil
            case .waiting(let continuation):
                state = .done
                return continuation
            case .resolved, .done: return nil
            }
        }
        continuation?.resume(with: result)
    }

    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Value, any Error>? = state.withLock { state in
                    if case .resolved(let result) = state {
                        state = .done
                        return result
                    }
                    state = .waiting(continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }
}
