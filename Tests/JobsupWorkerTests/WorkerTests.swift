import JobsupWorker
import NIOCore
import Testing
import WireSupport
import WorkerProtocol

@Suite(.timeLimit(.minutes(1))) struct WorkerTests {
    private struct Mail: Codable {
        var to: String
    }

    private struct Receipt: Codable, Equatable {
        var sentTo: String
        var attempt: Int
    }

    private struct Broken: Error, CustomStringConvertible {
        var description: String { "out of paper" }
    }

    /// An error whose type has a long name when it is nested.
    private struct Nested<Inner>: Error, CustomStringConvertible {
        let description: String
    }

    private func nested<Inner>(_: Inner.Type, levels: Int, description: String) -> any Error {
        levels == 0
            ? Nested<Inner>(description: description)
            : nested(Nested<Inner>.self, levels: levels - 1, description: description)
    }

    @Test func saysWhoItIs() async throws {
        let worker = Worker(build: "v7")
        worker.rawTask("b") { payload, _ in payload }
        worker.rawTask("a") { payload, _ in payload }
        let result = try await WorkerSession.run(worker, slots: 3) { session in
            #expect(session.hello == HelloFrame(slots: 3, token: "secret", build: "v7", types: ["a", "b"]))
            try await session.drain()
        }
        try result.get()
    }

    @Test func runsTypedHandlers() async throws {
        let worker = Worker()
        worker.task("send") { (mail: Mail, job: JobContext) async throws -> Receipt in
            #expect(job.id == "7" && job.type == "send" && job.queue == "default" && job.maxAttempts == 5)
            #expect(job.isLastAttempt && job.deadline != nil && job.requestID == "r-1")
            return Receipt(sentTo: mail.to, attempt: job.attempt)
        }
        worker.task("forget") { (_: Mail, job: JobContext) in
            #expect(!job.isLastAttempt && job.deadline == nil && job.requestID == nil)
        }
        let result = try await WorkerSession.run(worker) { session in
            session.connection.send(
                WorkerSession.job(
                    7, "send", requestID: "r-1", payload: #"{"to":"ann"}"#, attempt: 5, timeout: 1000),
                WorkerSession.job(8, "forget", payload: #"{"to":"bob"}"#))
            let first = try #require(try await session.settlement().done)
            #expect(first.0 == 7)
            #expect(first.1 == #"{"sentTo":"ann","attempt":5}"# || first.1 == #"{"attempt":5,"sentTo":"ann"}"#)
            #expect(try #require(try await session.settlement().done) == (8, ""))
            try await session.drain()
        }
        try result.get()
    }

    @Test func tellsHowAHandlerEnded() async throws {
        let worker = Worker()
        worker.rawTask("echo") { payload, _ in payload }
        worker.rawTask("retry") { _, _ in throw Retry(after: .milliseconds(1500), reason: "busy") }
        worker.rawTask("snooze") { _, _ in throw Snooze(for: .seconds(2)) }
        worker.rawTask("discard") { _, _ in throw Discard("gone") }
        worker.rawTask("break") { _, _ in throw Broken() }
        worker.rawTask("cancel") { _, _ in throw CancellationError() }
        worker.task("typed") { (_: Mail, _: JobContext) in }
        let expected: [(String, (SettlementFrame.Outcome) -> Bool)] = [
            ("echo", { $0 == .done(result: ByteBuffer(string: "x")) }),
            ("retry", { $0 == .retry(delayMilliseconds: 1500, reason: "busy") }),
            ("snooze", { $0 == .snooze(delayMilliseconds: 2000, reason: "") }),
            ("discard", { $0 == .discard(reason: "gone") }),
            ("break", { $0 == .fail(errorType: "Broken", message: "out of paper", mayRetry: true) }),
            ("cancel", { $0.errorType == "CancellationError" }),
            ("typed", { $0.errorType == "DecodingError" }),
            (
                "other",
                {
                    $0
                        == .fail(
                            errorType: "UnknownTask", message: "this worker has no handler for other", mayRetry: true)
                }
            ),
        ]
        let result = try await WorkerSession.run(worker) { session in
            for (number, (type, isRight)) in expected.enumerated() {
                session.connection.send(WorkerSession.job(UInt64(number), type, payload: "x"))
                let settlement = try await session.settlement()
                #expect(settlement.job == UInt64(number))
                #expect(isRight(settlement.outcome), "\(settlement.outcome)")
            }
            try await session.drain()
        }
        try result.get()
    }

    @Test func aResultThatIsTooLargeFailsTheJob() async throws {
        let worker = Worker()
        worker.rawTask("echo") { payload, _ in payload }
        let result = try await WorkerSession.run(worker, resultLimit: 10) { session in
            session.connection.send(
                WorkerSession.job(1, "echo", payload: "0123456789"),
                WorkerSession.job(2, "echo", payload: "0123456789x"))
            #expect(try await session.settlement().done?.1 == "0123456789")
            let outcome = try await session.settlement().outcome
            #expect(
                outcome
                    == .fail(
                        errorType: "ResultTooLarge",
                        message: "the result has 11 bytes, at most 10 are kept (limits.result)", mayRetry: false))
            try await session.drain()
        }
        try result.get()
    }

    @Test func whatHandlersSayIsCutToWhatTheDaemonTakes() async throws {
        // As long as a frame of this session, in characters that a careless cut would break.
        let long = String(repeating: "ä", count: 1 << 20)
        let cut = String(repeating: "ä", count: 8 << 10)
        let worker = Worker()
        worker.rawTask("retry") { _, _ in throw Retry(after: .seconds(1), reason: long) }
        worker.rawTask("snooze") { _, _ in throw Snooze(for: .seconds(1), reason: long) }
        worker.rawTask("discard") { _, _ in throw Discard(long) }
        let error = nested(Int.self, levels: 40, description: long)
        worker.rawTask("break") { _, _ in throw error }
        worker.rawTask("progress") { _, job in
            job.progress(1, stage: long, message: long)
            return []
        }
        let result = try await WorkerSession.run(worker) { session in
            session.connection.send(WorkerSession.job(1, "retry"))
            #expect(try await session.settlement().outcome == .retry(delayMilliseconds: 1000, reason: cut))
            session.connection.send(WorkerSession.job(2, "snooze"))
            #expect(try await session.settlement().outcome == .snooze(delayMilliseconds: 1000, reason: cut))
            session.connection.send(WorkerSession.job(3, "discard"))
            #expect(try await session.settlement().outcome == .discard(reason: cut))
            session.connection.send(WorkerSession.job(4, "break"))
            let name = String(String(describing: type(of: error)).prefix(200))
            #expect(
                try await session.settlement().outcome == .fail(errorType: name, message: cut, mayRetry: true))
            session.connection.send(WorkerSession.job(5, "progress"))
            let report = ProgressFrame(
                job: 5, lease: 1005, current: 1, total: 0, stage: String(repeating: "ä", count: 100),
                message: String(repeating: "ä", count: 2 << 10))
            #expect(try await session.connection.next() == .progress(report))
            #expect(try await session.settlement().done?.0 == 5)
            try await session.drain()
        }
        try result.get()
    }

    @Test func jobsStartInTheOrderReceivedAndALongOneHoldsNothingBack() async throws {
        let gate = Gate()
        let (started, start) = AsyncStream.makeStream(of: String.self)
        let worker = Worker()
        worker.rawTask("long") { payload, job in
            start.yield(job.id)
            await gate.passed()
            return payload
        }
        worker.rawTask("short") { payload, job in
            start.yield(job.id)
            return payload
        }
        let result = try await WorkerSession.run(worker, slots: 2) { session in
            session.connection.send(WorkerSession.job(0, "long"))
            #expect(await started.first { _ in true } == "0")
            for number in 1...50 { session.connection.send(WorkerSession.job(UInt64(number), "short")) }
            for number in 1...50 {
                #expect(try await session.settlement().job == UInt64(number))
                #expect(await started.first { _ in true } == String(number))
            }
            gate.open()
            #expect(try await session.settlement().job == 0)
            try await session.drain()
        }
        try result.get()
    }

    @Test func runsAsManyAtOnceAsItHasSlots() async throws {
        let gate = Gate()
        let (started, start) = AsyncStream.makeStream(of: String.self)
        let worker = Worker()
        worker.rawTask("wait") { payload, job in
            start.yield(job.id)
            await gate.passed()
            return payload
        }
        let result = try await WorkerSession.run(worker, slots: 8) { session in
            for number in 0..<20 { session.connection.send(WorkerSession.job(UInt64(number), "wait")) }
            var running: Set<String> = []
            while running.count < 8 { running.insert(try #require(await started.first { _ in true })) }
            #expect(running == Set((0..<8).map(String.init)))
            gate.open()
            var settled: Set<UInt64> = []
            while settled.count < 20 { settled.insert(try await session.settlement().job) }
            try await session.drain()
        }
        try result.get()
    }
}

extension SettlementFrame.Outcome {
    var errorType: String? {
        guard case .fail(let errorType, _, _) = self else { return nil }
        return errorType
    }
}
