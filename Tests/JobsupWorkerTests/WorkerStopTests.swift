import JobsupWorker
import NIOCore
import Testing
import WireSupport
import WorkerProtocol

/// How jobs and workers are stopped: CANCEL, RECALL, DRAIN, and connections that end.
@Suite(.timeLimit(.minutes(1))) struct WorkerStopTests {
    /// A worker whose `wait` jobs run until the gate opens and whose `sleep` jobs until they are cancelled; both tell
    /// that they started.
    private struct Waiting {
        let gate = Gate()
        let worker = Worker()
        let started: AsyncStream<String>
        let start: AsyncStream<String>.Continuation

        init() {
            (started, start) = AsyncStream.makeStream(of: String.self)
            worker.rawTask("wait") { [gate, start] payload, job in
                start.yield(job.id)
                await gate.passed()
                return payload
            }
            worker.rawTask("sleep") { [start] payload, job in
                start.yield(job.id)
                try await Task.sleep(for: .seconds(600))
                return payload
            }
            worker.rawTask("echo") { payload, _ in
                try Task.checkCancellation()
                return payload
            }
        }

        func nextStarted() async -> String? {
            await started.first { _ in true }
        }
    }

    @Test func aCancelledHandlerIsToldAndTheNextJobIsNot() async throws {
        let waiting = Waiting()
        let result = try await WorkerSession.run(waiting.worker) { session in
            for round in 0..<20 {
                let number = UInt64(round * 2)
                session.connection.send(WorkerSession.job(number, "sleep"), WorkerSession.job(number + 1, "echo"))
                #expect(await waiting.nextStarted() == String(number))
                session.connection.send(WorkerSession.cancel(number))
                let settlement = try await session.settlement()
                #expect(settlement.job == number)
                #expect(settlement.outcome.errorType == "CancellationError")
                #expect(try await session.settlement().done?.0 == number + 1)
            }
            try await session.drain()
        }
        try result.get()
    }

    @Test func aCancelledJobThatWaitsIsGivenBack() async throws {
        let waiting = Waiting()
        let result = try await WorkerSession.run(waiting.worker) { session in
            session.connection.send(WorkerSession.job(1, "wait"))
            #expect(await waiting.nextStarted() == "1")
            session.connection.send(
                WorkerSession.job(2, "echo"), WorkerSession.job(3, "echo"), WorkerSession.cancel(2),
                WorkerSession.cancel(99))
            let returned = try await session.settlement()
            #expect(returned == SettlementFrame(job: 2, lease: 1002, runMicroseconds: 0, outcome: .returned))
            waiting.gate.open()
            #expect(try await session.settlement().done?.0 == 1)
            #expect(try await session.settlement().done?.0 == 3)
            try await session.drain()
        }
        try result.get()
    }

    @Test func recallGivesBackWhatWaitsAndGoesOn() async throws {
        let waiting = Waiting()
        let result = try await WorkerSession.run(waiting.worker) { session in
            session.connection.send(WorkerSession.job(1, "wait"))
            #expect(await waiting.nextStarted() == "1")
            session.connection.send(WorkerSession.job(2, "echo"), WorkerSession.job(3, "echo"), .empty(.recall))
            #expect(try await session.settlement().outcome == .returned)
            #expect(try await session.settlement().outcome == .returned)
            session.connection.send(WorkerSession.job(4, "echo"))
            waiting.gate.open()
            #expect(try await session.settlement().done?.0 == 1)
            #expect(try await session.settlement().done?.0 == 4)
            try await session.drain()
        }
        try result.get()
    }

    @Test func drainingFinishesWhatRunsAndGivesBackTheRest() async throws {
        let waiting = Waiting()
        let result = try await WorkerSession.run(waiting.worker) { session in
            session.connection.send(WorkerSession.job(1, "wait"))
            #expect(await waiting.nextStarted() == "1")
            session.connection.send(WorkerSession.job(2, "echo"), .empty(.drain))
            #expect(try await session.settlement().outcome == .returned)
            session.connection.send(WorkerSession.job(3, "echo"))
            let late = try await session.settlement()
            #expect(late.job == 3 && late.outcome == .returned)
            waiting.gate.open()
            #expect(try await session.settlement().done?.0 == 1)
            #expect(try await session.connection.next() == .bye(ByeFrame(reason: "")))
            #expect(try await session.connection.next() == nil)
        }
        try result.get()
    }

    @Test func whatCrossesByeIsNotAnswered() async throws {
        for _ in 0..<20 {
            let result = try await WorkerSession.run(Waiting().worker) { session in
                session.connection.send(WorkerSession.job(1, "echo"), .empty(.drain))
                for number: UInt64 in 2...50 { session.connection.send(WorkerSession.job(number, "echo")) }
                session.connection.send(.empty(.recall), WorkerSession.cancel(50))
                // The first one was started or not; those that came in time are given back, the others are not heard of.
                var settled = [try await session.settlement().job]
                var last = try await session.connection.next()
                while case .settlement(let frame) = last {
                    #expect(frame.outcome == .returned || frame.job == 1)
                    settled.append(frame.job)
                    last = try await session.connection.next()
                }
                #expect(last == .bye(ByeFrame(reason: "")))
                #expect(settled.sorted() == Array(1...UInt64(settled.count)))
                #expect(try await session.connection.next() == nil)
            }
            try result.get()
        }
    }

    @Test func aProgramCanDrainItself() async throws {
        let waiting = Waiting()
        let result = try await WorkerSession.run(waiting.worker) { session in
            session.connection.send(WorkerSession.job(1, "wait"))
            #expect(await waiting.nextStarted() == "1")
            waiting.worker.drain()
            waiting.worker.drain()
            waiting.gate.open()
            let settlement = try await session.settlement()
            #expect(settlement.done?.0 == 1)
            #expect(try await session.connection.next() == .bye(ByeFrame(reason: "drained by its own program")))
        }
        try result.get()
    }

    @Test func cancellingTheRunInterruptsWithoutUsingAnAttempt() async throws {
        let waiting = Waiting()
        let peer = try await DaemonPeer()
        let environment = ["JOBSUP_SOCKET": peer.path, "JOBSUP_TOKEN": ""]
        try await withThrowingTaskGroup { group in
            group.addTask { try await waiting.worker.run(environment: environment, handlingSignals: false) }
            let connection = try await peer.accept()
            _ = try await connection.next()
            connection.send(
                .welcome(WelcomeFrame(workerName: "test-1", maxFrameBytes: 1000, resultLimitBytes: 1000)),
                WorkerSession.job(1, "sleep"))
            #expect(try await connection.next() == .empty(.ready))
            #expect(await waiting.nextStarted() == "1")
            group.cancelAll()
            guard case .settlement(let settlement) = try await connection.next() else { throw Unexpected(what: "?") }
            #expect(
                settlement.outcome
                    == .snooze(delayMilliseconds: 0, reason: "interrupted, because its worker stopped"))
            #expect(try await connection.next() == .bye(ByeFrame(reason: "cancelled by its own program")))
        }
        try await peer.close()
    }

    @Test func aLostConnectionCancelsTheHandlersAndEndsTheRun() async throws {
        let waiting = Waiting()
        let (cancelled, tell) = AsyncStream.makeStream(of: Bool.self)
        waiting.worker.rawTask("doze") { [start = waiting.start] _, job in
            start.yield(job.id)
            try? await Task.sleep(for: .seconds(600))
            tell.yield(Task.isCancelled)
            return []
        }
        let result = try await WorkerSession.run(waiting.worker, slots: 3) { session in
            session.connection.send(WorkerSession.job(1, "doze"), WorkerSession.job(2, "sleep"))
            for _ in 1...2 { #expect(await waiting.nextStarted() != nil) }
            try await session.connection.close()
        }
        #expect(throws: WorkerError.connectionLost) { try result.get() }
        #expect(await cancelled.first { _ in true } == true)
    }

    @Test func aRefusalIsHandedOn() async throws {
        let result = try await WorkerSession.run(Waiting().worker) { session in
            session.connection.send(.error(ErrorFrame(code: "wrong_token", message: "the token is not known")))
        }
        let error = #expect(throws: WorkerError.self) { try result.get() }
        #expect(error == .refused(code: "wrong_token", message: "the token is not known"))
    }

    @Test(
        arguments: [[0, 0, 0, 1, 200], [255, 255, 255, 255], [0, 0, 0, 3, 65, 1, 2], [0, 0, 0, 1, 3]] as [[UInt8]])
    func garbageEndsTheRun(_ bytes: [UInt8]) async throws {
        let result = try await WorkerSession.run(Waiting().worker) { session in
            session.connection.send(bytes: ByteBuffer(bytes: bytes))
        }
        let error = #expect(throws: WorkerError.self) { try result.get() }
        guard case .notUnderstood = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test func whatIsMissingIsNamed() async throws {
        let worker = Waiting().worker
        await #expect(throws: WorkerError.notStartedByJobsup(missing: "JOBSUP_SOCKET")) {
            try await worker.run(environment: [:], handlingSignals: false)
        }
        await #expect(throws: WorkerError.invalidEnvironment(variable: "JOBSUP_SLOTS", value: "many")) {
            try await worker.run(
                environment: ["JOBSUP_SOCKET": "/x", "JOBSUP_TOKEN": "t", "JOBSUP_SLOTS": "many"],
                handlingSignals: false)
        }
        let environment = ["JOBSUP_SOCKET": "/nowhere/worker.sock", "JOBSUP_TOKEN": "t"]
        await #expect(throws: WorkerError.noHandlers) {
            try await Worker().run(environment: environment, handlingSignals: false)
        }
        let error = await #expect(throws: WorkerError.self) {
            try await worker.run(environment: environment, handlingSignals: false)
        }
        #expect(error?.description.hasPrefix("cannot connect to /nowhere/worker.sock: ") == true)
    }
}
