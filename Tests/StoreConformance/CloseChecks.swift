import JobModel
import JobStore
import Synchronization
import Testing

private typealias Bench = Workbench

let closeChecks: [StoreCheck] = [
    .on("what was handed in before closing is finished") { bench in
        let answers = Mutex(0)
        for _ in 0..<100 {
            bench.store.enqueue(Bench.jobs(5)) { result in
                if case .success(let receipts) = result { answers.withLock { $0 += receipts.count } }
            }
        }
        bench.store.close()
        #expect(answers.withLock { $0 } == 500)
    },
    .on("a closed store refuses every verb") { bench in
        let id = try await bench.enqueue(Bench.job())
        try await bench.enqueue(Bench.job())
        let job = try await bench.claimOne()
        bench.store.close()
        bench.store.close()
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
        bench.store.release([job.lease])
        await #expect(throws: StoreError.closed) { try await bench.store.enqueue([Bench.job()]) }
        await #expect(throws: StoreError.closed) { try await bench.settle(.complete(result: []), [job]) }
        await #expect(throws: StoreError.closed) { try await bench.store.cancel(id, at: Bench.start) }
        await #expect(throws: StoreError.closed) { try await bench.store.promoteDue(at: Bench.start) }
        await #expect(throws: StoreError.closed) { try await bench.store.find(id) }
        await #expect(throws: StoreError.closed) { try await bench.store.list(JobFilter()) }
        await #expect(throws: StoreError.closed) {
            try await bench.store.prune(history: Bench.start, results: Bench.start)
        }
    },
]
