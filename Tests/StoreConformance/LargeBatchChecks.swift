import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

/// Stores may write many alike jobs together: every field of each still has to be its own.
let largeBatchChecks: [StoreCheck] = [
    .on("in a large batch each job keeps what it was given") { bench in
        let new = varied(200)
        let ids = try await bench.enqueue(new)
        for (id, job) in zip(ids, new) {
            let record = try await bench.record(id)
            #expect(record.type == job.type && record.queue == job.queue && record.payload == job.payload)
            #expect(record.maxAttempts == job.maxAttempts && record.enqueuedAt == job.enqueuedAt)
            #expect(record.timeoutMilliseconds == job.timeoutMilliseconds && record.priority == job.priority)
            #expect(record.state == .queued && record.attempt == 0 && record.crashes == 0)
        }
    },
    .on("in a large settlement each job keeps its own end") { bench in
        let new = varied(200)
        let ids = try await bench.enqueue(new)
        let jobs = try await bench.claim(200, from: ["default", "other"])
        let settlements = jobs.map { job in
            let second = 10 + job.id.rawValue % 3
            let verdict: Verdict =
                switch job.id.rawValue {
                case 50...60: .complete(result: Array("\(job.id.rawValue)".utf8))
                case 100: .finish(.failed, failure: Bench.error)
                default: .complete(result: [])
                }
            return Bench.settlement(verdict, job.lease, at: second, worker: job.id.rawValue < 120 ? "a-1" : "b-1")
        }
        let outcomes = try await bench.store.settle(settlements)
        #expect(outcomes.count(where: { $0 == .settled(.completed) }) == 199)
        for (id, job) in zip(ids, new) {
            let (record, number) = (try await bench.record(id), id.rawValue)
            #expect(record.state == (number == 100 ? .failed : .completed))
            #expect(record.finishedAt == Bench.time(10 + number % 3) && record.startedAt == Bench.time(9 + number % 3))
            #expect(record.worker == (number < 120 ? "a-1" : "b-1") && record.attempt == 1)
            #expect(record.result == ((50...60).contains(number) ? Array("\(number)".utf8) : nil))
            #expect(record.type == job.type && record.queue == job.queue && record.enqueuedAt == job.enqueuedAt)
            #expect(record.maxAttempts == job.maxAttempts && record.timeoutMilliseconds == job.timeoutMilliseconds)
        }
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 completed 169 failed 1")
        #expect(bench.counts("other").line == "pending 0 queued 0 processing 0 completed 30")
    },
]

/// Long runs of jobs that are alike but for payload and time, with others in between.
private func varied(_ count: Int) -> [NewJob] {
    (1...count).map { number in
        let size = number == 40 ? 70_000 : number % 5
        return NewJob(
            type: number == 90 ? "odd" : "work", queue: (130..<160).contains(number) ? "other" : "default",
            payload: Array(repeating: UInt8(truncatingIfNeeded: number), count: size),
            priority: number > 180 ? .high : .normal, maxAttempts: number == 20 ? 9 : 3,
            timeoutMilliseconds: number == 70 ? 1 : 5000, enqueuedAt: Bench.time(Int64(number % 2)))
    }
}
