import JobsupWorker
import NIOCore
import Synchronization
import Testing
import WireSupport
import WorkerProtocol

/// A worker that runs against a daemon played by the test.
struct WorkerSession {
    let connection: PeerConnection
    let hello: HelloFrame

    /// Runs the worker, and `body` in the daemon's place; gives what the worker's `run` ended with.
    static func run(
        _ worker: Worker, slots: Int = 1, resultLimit: UInt32 = 1 << 20,
        _ body: (WorkerSession) async throws -> Void
    ) async throws -> Result<Void, any Error> {
        let peer = try await DaemonPeer()
        let environment = ["JOBSUP_SOCKET": peer.path, "JOBSUP_TOKEN": "secret", "JOBSUP_SLOTS": String(slots)]
        async let ended = Self.outcome {
            try await worker.run(environment: environment, handlingSignals: false)
        }
        let connection = try await peer.accept()
        guard case .hello(let hello) = try await connection.next() else { throw Unexpected(what: "no HELLO") }
        let session = WorkerSession(connection: connection, hello: hello)
        connection.send(
            .welcome(WelcomeFrame(workerName: "test-1", maxFrameBytes: 2 << 20, resultLimitBytes: resultLimit)))
        guard case .empty(.ready) = try await connection.next() else { throw Unexpected(what: "no READY") }
        try await body(session)
        let result = await ended
        try await peer.close()
        return result
    }

    private static func outcome(of body: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    static func job(
        _ number: UInt64, _ type: String, requestID: String = "", payload: String = "", attempt: UInt16 = 1,
        timeout: UInt32 = 0
    ) -> Message {
        .job(
            JobFrame(
                job: number, lease: number + 1000, attempt: attempt, maxAttempts: 5, timeoutMilliseconds: timeout,
                enqueuedAtMilliseconds: 1_700_000_000_000, type: type, queue: "default",
                requestID: requestID, payload: ByteBuffer(string: payload)))
    }

    static func cancel(_ number: UInt64) -> Message {
        .cancel(CancelFrame(job: number, lease: number + 1000))
    }

    /// The next settlement; fails the test when another frame comes.
    func settlement() async throws -> SettlementFrame {
        let message = try await connection.next()
        guard case .settlement(let frame) = message else { throw Unexpected(what: "\(message, default: "the end")") }
        #expect(frame.lease == frame.job + 1000)
        return frame
    }

    /// Drains the worker and expects nothing but its BYE.
    func drain() async throws {
        connection.send(.empty(.drain))
        #expect(try await connection.next() == .bye(ByeFrame(reason: "")))
        #expect(try await connection.next() == nil)
    }
}

struct Unexpected: Error {
    let what: String
}

extension SettlementFrame {
    /// The job and the text of its result.
    var done: (UInt64, String)? {
        guard case .done(let result) = outcome else { return nil }
        return (job, String(buffer: result))
    }
}

/// Lets handlers wait until the test says so.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the gate is open; a cancelled task waits as well.
    func passed() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
