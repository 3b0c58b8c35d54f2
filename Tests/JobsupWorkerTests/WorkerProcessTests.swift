import Foundation
import Testing
import WireSupport
import WorkerProtocol

/// The built fixture as a process of its own: signals and exit statuses.
@Suite(.timeLimit(.minutes(1))) struct WorkerProcessTests {
    /// The fixture, connected and ready.
    private struct Fixture {
        let peer: DaemonPeer
        let connection: PeerConnection
        let process: Process
        let ended: AsyncStream<Void>
        let output = Pipe()

        init(slots: Int = 1, tagsOutput: Bool = false) async throws {
            peer = try await DaemonPeer()
            let (ended, tell) = AsyncStream.makeStream(of: Void.self)
            self.ended = ended
            let process = Process()
            process.executableURL = URL(filePath: Bundle.main.executablePath ?? "")
                .resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "SwiftWorkerFixture")
            process.environment = [
                "JOBSUP_SOCKET": peer.path, "JOBSUP_TOKEN": "t", "JOBSUP_SLOTS": String(slots),
                "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
                "JOBSUP_OUTPUT_TAGS": tagsOutput ? "1" : "",
            ]
            process.standardOutput = output
            process.terminationHandler = { _ in tell.finish() }
            self.process = process
            // From a thread whose signal mask is empty: what a task's thread blocks, the child would block as well.
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread { continuation.resume(with: Result { try process.run() }) }
            }
            connection = try await peer.accept()
            guard case .hello = try await connection.next() else { throw Unexpected(what: "no HELLO") }
            connection.send(
                .welcome(WelcomeFrame(workerName: "f-1", maxFrameBytes: 1 << 20, resultLimitBytes: 1 << 20)))
            guard case .empty(.ready) = try await connection.next() else { throw Unexpected(what: "no READY") }
        }

        func signal(_ number: CInt) {
            kill(process.processIdentifier, number)
        }

        func end() async throws {
            for await _ in ended {}
            try await peer.close()
        }

        /// The next settlement; reports of progress are passed over.
        func settlement() async throws -> SettlementFrame {
            while let message = try await connection.next() {
                if case .settlement(let frame) = message { return frame }
                guard case .progress = message else { throw Unexpected(what: "\(message)") }
            }
            throw Unexpected(what: "the end")
        }

        /// The next frame that says how far a job is, and so that it runs.
        func progress() async throws {
            guard case .progress = try await connection.next() else { throw Unexpected(what: "no PROGRESS") }
        }
    }

    @Test(arguments: [SIGTERM, SIGINT]) func aSignalDrains(_ number: CInt) async throws {
        let fixture = try await Fixture()
        fixture.connection.send(
            WorkerSession.job(1, "progress", payload: #"{"steps":2,"seconds":2}"#), WorkerSession.job(2, "noop"))
        try await fixture.progress()
        fixture.signal(number)
        #expect(try await fixture.settlement().outcome == .returned)
        #expect(try await fixture.settlement().done?.1 == #"{"steps":2}"#)
        #expect(try await fixture.connection.next() == .bye(ByeFrame(reason: number == SIGTERM ? "SIGTERM" : "SIGINT")))
        try await fixture.end()
        #expect(fixture.process.terminationReason == .exit && fixture.process.terminationStatus == 0)
    }

    @Test func aSecondSignalInterrupts() async throws {
        let fixture = try await Fixture()
        fixture.connection.send(
            WorkerSession.job(1, "progress", payload: #"{"steps":2,"seconds":600}"#), WorkerSession.job(2, "noop"))
        try await fixture.progress()
        fixture.signal(SIGTERM)
        #expect(try await fixture.settlement().outcome == .returned)
        fixture.signal(SIGTERM)
        let interrupted = try await fixture.settlement()
        #expect(
            interrupted.outcome == .snooze(delayMilliseconds: 0, reason: "interrupted, because its worker stopped"))
        #expect(try await fixture.connection.next() == .bye(ByeFrame(reason: "SIGTERM")))
        try await fixture.end()
        #expect(fixture.process.terminationReason == .exit && fixture.process.terminationStatus == 0)
    }

    @Test func aLostConnectionEndsTheProcessWithOne() async throws {
        let fixture = try await Fixture()
        fixture.connection.send(WorkerSession.job(1, "sleep", payload: #"{"seconds":600}"#))
        try await fixture.connection.close()
        try await fixture.end()
        #expect(fixture.process.terminationReason == .exit && fixture.process.terminationStatus == 1)
    }

    @Test func aHandlerThatHeedsNothingDoesNotKeepTheProcess() async throws {
        let fixture = try await Fixture(slots: 2)
        fixture.connection.send(WorkerSession.job(1, "hang"), WorkerSession.job(2, "echo", payload: "x"))
        #expect(try await fixture.settlement().done?.1 == "x")
        try await fixture.connection.close()
        try await fixture.end()
        #expect(fixture.process.terminationReason == .exit && fixture.process.terminationStatus == 1)
    }

    @Test func aCrashIsACrash() async throws {
        let fixture = try await Fixture()
        fixture.connection.send(WorkerSession.job(1, "crash"))
        #expect(try await fixture.connection.next() == nil)
        try await fixture.end()
        #expect(fixture.process.terminationReason == .uncaughtSignal)
    }

    @Test func noChildInheritsTheConnectionOrTheToken() async throws {
        let fixture = try await Fixture()
        fixture.connection.send(WorkerSession.job(1, "inheritance"))
        #expect(try await fixture.settlement().done?.1 == #"{"connections":0,"hasToken":false}"#)
        fixture.connection.send(.empty(.drain))
        #expect(try await fixture.connection.next() == .bye(ByeFrame(reason: "")))
        try await fixture.end()
    }

    @Test(arguments: [(true, "\u{1E}1\u{1F}one\n\u{1E}2\u{1F}two\n"), (false, "one\ntwo\n")])
    func whatAHandlerLogsNamesItsJob(tagsOutput: Bool, written: String) async throws {
        let fixture = try await Fixture(tagsOutput: tagsOutput)
        fixture.connection.send(
            WorkerSession.job(1, "say", payload: "one"), WorkerSession.job(2, "say", payload: "two"))
        for _ in 1...2 { _ = try await fixture.settlement() }
        // Written before the job is done, and not when a buffer is full.
        #expect(String(decoding: fixture.output.fileHandleForReading.availableData, as: UTF8.self) == written)
        fixture.connection.send(.empty(.drain))
        #expect(try await fixture.connection.next() == .bye(ByeFrame(reason: "")))
        try await fixture.end()
    }

    @Test func failuresAreTold() async throws {
        let fixture = try await Fixture()
        fixture.connection.send(WorkerSession.job(1, "fail"), WorkerSession.job(2, "sleep", payload: #"{"seconds":0}"#))
        let failed = try await fixture.settlement()
        #expect(failed.outcome == .fail(errorType: "Broken", message: "broken on purpose", mayRetry: true))
        #expect(try await fixture.settlement().done?.0 == 2)
        fixture.connection.send(.empty(.drain))
        #expect(try await fixture.connection.next() == .bye(ByeFrame(reason: "")))
        try await fixture.end()
        #expect(fixture.process.terminationStatus == 0)
    }
}
