import JobsupWorker
import Synchronization
import Testing

@Suite struct WorkerInlineTests {
    private struct Sum: Codable {
        var numbers: [Int]
    }

    private func worker() -> Worker {
        let worker = Worker()
        worker.task("sum") { (sum: Sum, job: JobContext) -> [String: Int] in
            job.progress(1, of: 1, stage: "adding")
            return ["total": sum.numbers.reduce(0, +), "attempt": job.attempt]
        }
        worker.task("later") { (_: Sum, _: JobContext) in throw Retry(after: .seconds(5)) }
        worker.rawTask("echo") { payload, _ in payload }
        worker.rawTask("request") { _, job in Array((job.requestID ?? "none").utf8) }
        return worker
    }

    @Test func runsAHandlerInPlace() async throws {
        let result = try await worker().runInline("sum", Sum(numbers: [1, 2, 3]), returning: [String: Int].self)
        #expect(result == ["total": 6, "attempt": 1])
        #expect(try await worker().runInline("echo", bytes: [1, 2]) == [1, 2])
        try await worker().runInline("sum", Sum(numbers: []))
        #expect(try await worker().runInline("request", bytes: [], requestID: "r-1") == Array("r-1".utf8))
        #expect(try await worker().runInline("request", bytes: []) == Array("none".utf8))
    }

    @Test func throwsWhatTheHandlerThrows() async {
        await #expect(throws: Retry(after: .seconds(5))) {
            try await worker().runInline("later", Sum(numbers: []))
        }
        await #expect(throws: DecodingError.self) { try await worker().runInline("sum", bytes: Array("no".utf8)) }
        await #expect(throws: WorkerError.unknownTask("other")) { try await worker().runInline("other", bytes: []) }
    }

    @Test func handsReportsOn() async throws {
        let reports = Mutex<[JobProgress]>([])
        _ = try await worker().runInline("sum", bytes: Array(#"{"numbers":[]}"#.utf8), attempt: 3) { report in
            reports.withLock { $0.append(report) }
        }
        #expect(reports.withLock { $0 } == [JobProgress(current: 1, total: 1, stage: "adding")])
    }
}
