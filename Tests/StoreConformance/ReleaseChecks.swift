import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

let releaseChecks: [StoreCheck] = [
    .on("what is released comes back at its old place, as if it had not run") { bench in
        let ids = try await bench.enqueue(Bench.jobs(30))
        let jobs = try await bench.claim(10)
        bench.store.release([jobs[7].lease, jobs[2].lease, jobs[4].lease])
        try await bench.settleDown()
        #expect(bench.counts().line == "pending 0 queued 23 processing 7")
        #expect(try await bench.record(ids[2]).state == .queued)
        let next = try await bench.claim(5)
        #expect(next.map(\.id) == [ids[2], ids[4], ids[7], ids[10], ids[11]])
        #expect(next.allSatisfy { $0.attempt == 1 && $0.crashes == 0 })
    },
    .on("a settlement handed in before a release goes first") { bench in
        for _ in 0..<20 {
            let id = try await bench.enqueue(Bench.job())
            let job = try await bench.claimOne()
            async let outcome = bench.settle(.complete(result: []), [job])
            _ = try await outcome
            bench.store.release([job.lease])
            try await bench.settleDown()
            #expect(try await bench.state(id) == .completed)
        }
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 completed 20")
    },
    .on("a released job that is being cancelled is cancelled") { bench in
        let id = try await bench.enqueue(Bench.job(payload: "p"))
        let job = try await bench.claimOne()
        #expect(try await bench.store.cancel(id, at: Bench.time(4)) == .running(job.lease))
        bench.store.release([job.lease])
        try await bench.settleDown()
        let record = try await bench.record(id)
        #expect(record.state == .cancelled && record.finishedAt == Bench.time(4) && record.attempt == 0)
        #expect(record.failure?.cause == .cancelled && record.payload == Array("p".utf8))
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 cancelled 1")
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
    },
]
