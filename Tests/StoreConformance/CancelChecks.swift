import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

let cancelChecks: [StoreCheck] = [
    .on("cancelling a waiting job ends it at once") { bench in
        let ids = try await bench.enqueue(Bench.jobs(40))
        for index in [0, 5, 20, 39] {
            #expect(try await bench.store.cancel(ids[index], at: Bench.time(3)) == .cancelled)
            let record = try await bench.record(ids[index])
            #expect(record.state == .cancelled && record.finishedAt == Bench.time(3) && record.attempt == 0)
            #expect(record.failure?.cause == .cancelled && !record.payload.isEmpty)
        }
        let gone: Set = [ids[0], ids[5], ids[20], ids[39]]
        #expect(bench.counts().line == "pending 0 queued 36 processing 0 cancelled 4")
        #expect(try await bench.claim(36).map(\.id) == ids.filter { !gone.contains($0) })
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
    },
    .on("cancelling all that waits leaves an empty queue that still works") { bench in
        for id in try await bench.enqueue(Bench.jobs(25)) {
            #expect(try await bench.store.cancel(id, at: Bench.start) == .cancelled)
        }
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
        let ids = try await bench.enqueue(Bench.jobs(3))
        #expect(try await bench.claim(3).map(\.id) == ids)
    },
    .on("cancelling a pending job ends it, and its due time passes unheard") { bench in
        let id = try await bench.enqueue(Bench.job(runAt: 60))
        #expect(try await bench.store.cancel(id, at: Bench.time(1)) == .cancelled)
        #expect(try await bench.state(id) == .cancelled)
        #expect(try await bench.store.promoteDue(at: Bench.time(100)) == nil)
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 cancelled 1")
        let retried = try await bench.enqueue(Bench.job())
        try await bench.settle(Bench.retry(at: 30), [try await bench.claimOne()])
        #expect(try await bench.store.cancel(retried, at: Bench.time(2)) == .cancelled)
        let record = try await bench.record(retried)
        #expect(record.attempt == 1 && record.worker == "pool-1" && record.attempts.count == 1)
    },
    .on("a running job is marked, and ends as cancelled whatever the worker says") { bench in
        let verdicts: [Verdict] = [
            .complete(result: [1]), Bench.retry(at: 50), Bench.snooze(until: 50), .requeue(failure: Bench.crash),
            .finish(.failed, failure: Bench.error),
        ]
        for verdict in verdicts {
            let id = try await bench.enqueue(Bench.job(payload: "keep"))
            let job = try await bench.claimOne()
            #expect(try await bench.store.cancel(id, at: Bench.time(5)) == .running(job.lease))
            #expect(try await bench.store.cancel(id, at: Bench.time(6)) == .running(job.lease))
            #expect(try await bench.state(id) == .cancelling)
            #expect(bench.counts().processing == 1)
            #expect(try await bench.settle(verdict, [job], at: 12) == [.settled(.cancelled)])
            let record = try await bench.record(id)
            #expect(record.state == .cancelled && record.result == nil && record.failure?.cause == .cancelled)
            #expect(record.finishedAt == Bench.time(12) && record.attempt == 1 && record.payload == Array("keep".utf8))
            #expect(record.crashes == 0)
        }
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 cancelled 5")
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
        #expect(try await bench.store.promoteDue(at: Bench.time(100)) == nil)
    },
    .on("a finished or unknown job cannot be cancelled") { bench in
        let id = try await bench.enqueue(Bench.job())
        try await bench.settle(.complete(result: []), [try await bench.claimOne()])
        #expect(try await bench.store.cancel(id, at: Bench.time(20)) == .alreadyFinished(.completed))
        #expect(try await bench.store.cancel(JobID(id.rawValue + 1), at: Bench.time(20)) == .unknown)
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 completed 1")
    },
    .on("cancelling while others claim: cancelled or running, never both") { bench in
        let ids = try await bench.enqueue(Bench.jobs(200))
        async let cancelled = withThrowingTaskGroup(of: (JobID, CancelOutcome).self) { group in
            for id in ids { group.addTask { (id, try await bench.store.cancel(id, at: Bench.time(1))) } }
            return try await group.reduce(into: [JobID: CancelOutcome]()) { $0[$1.0] = $1.1 }
        }
        var claimed: Set<JobID> = []
        for _ in 0..<200 { claimed.formUnion(bench.store.claim(from: ["default"], limit: 3).map(\.id)) }
        for (id, outcome) in try await cancelled {
            switch outcome {
            case .cancelled: #expect(!claimed.contains(id))
            case .running(let lease): #expect(claimed.contains(id) && lease.job == id)
            case .alreadyFinished, .unknown: Issue.record("job \(id): \(outcome)")
            }
        }
    },
    .on("cancelling a job in the instant it comes") { bench in
        let first = try await bench.enqueue(Bench.job())
        for offset in 1..<40 {
            let id = JobID(first.rawValue + Int64(offset))
            async let enqueued = bench.enqueue(Bench.job())
            async let outcome = bench.store.cancel(id, at: Bench.time(1))
            #expect(try await enqueued == id)
            let was = try await outcome
            #expect(was == .cancelled || was == .unknown)
            #expect(try await bench.state(id) == (was == .cancelled ? .cancelled : .queued))
        }
        let queued = bench.counts().queued
        #expect(try await bench.claim(queued).count == queued)
        #expect(bench.store.claim(from: ["default"], limit: 10).isEmpty)
    },
]
