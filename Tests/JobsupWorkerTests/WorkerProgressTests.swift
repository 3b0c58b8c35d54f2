import JobsupWorker
import NIOCore
import Testing
import WireSupport
import WorkerProtocol

@Suite(.timeLimit(.minutes(1))) struct WorkerProgressTests {
    @Test func reportsAreThinnedOutAndTheLastOneArrives() async throws {
        let worker = Worker()
        worker.rawTask("count") { _, job in
            for current in 1...10_000 { job.progress(current, of: 10_000, stage: "counting") }
            return []
        }
        let result = try await WorkerSession.run(worker) { session in
            session.connection.send(WorkerSession.job(1, "count"))
            var reports: [ProgressFrame] = []
            while case .progress(let report) = try await session.connection.next() { reports.append(report) }
            #expect(reports.first?.current == 1)
            #expect(reports.last?.current == 10_000)
            #expect(reports.last?.stage == "counting")
            #expect(reports.count < 100)
            try await session.drain()
        }
        try result.get()
    }

    @Test func aHeldReportComesByItselfWhileTheJobGoesOn() async throws {
        let gate = Gate()
        let worker = Worker()
        worker.rawTask("work") { _, job in
            job.progress(1, of: 2)
            job.progress(2, of: 2)
            await gate.passed()
            return []
        }
        let result = try await WorkerSession.run(worker) { session in
            session.connection.send(WorkerSession.job(1, "work"))
            for current: UInt32 in 1...2 {
                guard case .progress(let report) = try await session.connection.next() else {
                    throw Unexpected(what: "no PROGRESS")
                }
                #expect(report.current == current && report.total == 2)
            }
            gate.open()
            #expect(try await session.settlement().done?.0 == 1)
            try await session.drain()
        }
        try result.get()
    }
}
