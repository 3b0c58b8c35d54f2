import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

let settleChecks: [StoreCheck] = [
    .on("complete ends the job with its result") { bench in
        let id = try await bench.enqueue(Bench.job(key: "k"))
        let job = try await bench.claimOne()
        #expect(try await bench.settle(.complete(result: [1, 2]), [job], at: 20) == [.settled(.completed)])
        let record = try await bench.record(id)
        #expect(record.state == .completed && record.result == [1, 2] && record.attempt == 1)
        #expect(record.startedAt == Bench.time(19) && record.finishedAt == Bench.time(20))
        #expect(record.worker == "pool-1" && record.failure == nil && record.key == "k" && record.attempts.isEmpty)
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 completed 1")
    },
    .on("many complete in one settlement, in any order") { bench in
        let ids = try await bench.enqueue(Bench.jobs(60))
        var jobs = try await bench.claim(60)
        jobs.removeAll { $0.id.rawValue % 7 == 3 }
        let mixed = jobs.filter { $0.id.rawValue % 2 == 0 } + jobs.filter { $0.id.rawValue % 2 == 1 }.reversed()
        let outcomes = try await bench.settle(.complete(result: []), mixed)
        #expect(outcomes == Array(repeating: .settled(.completed), count: jobs.count))
        for id in ids {
            let expected: JobState = id.rawValue % 7 == 3 ? .processing : .completed
            #expect(try await bench.state(id) == expected)
        }
    },
    .on("a retry waits, keeps its place in the books, and uses an attempt") { bench in
        let id = try await bench.enqueue(Bench.job())
        let job = try await bench.claimOne()
        #expect(try await bench.settle(Bench.retry(at: 30), [job]) == [.settled(.pending)])
        var record = try await bench.record(id)
        #expect(record.state == .pending && record.reason == .retry && record.runAt == Bench.time(30))
        #expect(record.attempt == 1 && record.failure == Bench.error && record.attempts.count == 1)
        #expect(record.payload == Array("{}".utf8) && record.worker == "pool-1")
        #expect(bench.counts().line == "pending 1 queued 0 processing 0")
        #expect(try await bench.store.promoteDue(at: Bench.time(30)) == nil)
        let again = try await bench.claimOne()
        #expect(again.id == id && again.attempt == 2 && again.crashes == 0 && again.lease.token > job.lease.token)
        record = try await bench.record(id)
        #expect(record.state == .processing && record.attempt == 2 && record.reason == nil && record.runAt == nil)
    },
    .on("a snooze uses no attempt") { bench in
        let id = try await bench.enqueue(Bench.job())
        try await bench.settle(Bench.snooze(until: 30), [try await bench.claimOne()])
        #expect(try await bench.record(id).reason == .snoozed)
        _ = try await bench.store.promoteDue(at: Bench.time(31))
        #expect(try await bench.claimOne().attempt == 1)
    },
    .on("a crash queues the job at once at its old place, counted apart") { bench in
        let ids = try await bench.enqueue(Bench.jobs(3))
        let job = try await bench.claimOne()
        #expect(try await bench.settle(.requeue(failure: Bench.crash), [job]) == [.settled(.queued)])
        let record = try await bench.record(ids[0])
        #expect(record.state == .queued && record.crashes == 1 && record.failure == Bench.crash)
        #expect(record.attempts.map(\.failure.cause) == [.crash] && record.attempt == 1)
        let again = try await bench.claimOne()
        #expect(again.id == ids[0] && again.attempt == 1 && again.crashes == 1)
        #expect(bench.counts().line == "pending 0 queued 2 processing 1")
    },
    .on("the end without success keeps the payload and says why") { bench in
        let ends: [(JobState, FailureCause)] = [(.failed, .discarded), (.timeout, .timeout), (.cancelled, .cancelled)]
        for (state, cause) in ends {
            let id = try await bench.enqueue(Bench.job(payload: "keep me"))
            let failure = Failure(cause: cause, type: "T", message: "why")
            let outcome = try await bench.settle(.finish(state, failure: failure), [try await bench.claimOne()])
            #expect(outcome == [.settled(state)])
            let record = try await bench.record(id)
            #expect(record.state == state && record.failure == failure && record.payload == Array("keep me".utf8))
            #expect(record.attempts.map(\.failure) == [failure] && record.finishedAt == Bench.time(10))
        }
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 cancelled 1 failed 1 timeout 1")
    },
    .on("attempts are told in order") { bench in
        let id = try await bench.enqueue(Bench.job())
        try await bench.settle(Bench.retry(at: 20), [try await bench.claimOne()], at: 10)
        _ = try await bench.store.promoteDue(at: Bench.time(20))
        try await bench.settle(.requeue(failure: Bench.crash), [try await bench.claimOne()], at: 25)
        try await bench.settle(.complete(result: []), [try await bench.claimOne()], at: 30)
        let record = try await bench.record(id)
        #expect(record.attempts.map(\.attempt) == [1, 2])
        #expect(record.attempts.map(\.failure) == [Bench.error, Bench.crash])
        #expect(record.attempts.map(\.endedAt) == [Bench.time(10), Bench.time(25)])
        #expect(record.state == .completed && record.attempt == 2 && record.failure == nil)
    },
    .on("only the last attempts are remembered") { bench in
        let id = try await bench.enqueue(Bench.job())
        for round in 0..<Int64(JobRecord.attemptsKept + 5) {
            try await bench.settle(Bench.snooze(until: round), [try await bench.claimOne()], at: round)
            _ = try await bench.store.promoteDue(at: Bench.time(round))
        }
        let record = try await bench.record(id)
        #expect(record.attempts.count == JobRecord.attemptsKept)
        #expect(record.attempts.last?.endedAt == Bench.time(Int64(JobRecord.attemptsKept + 4)))
    },
    .on("a stale lease changes nothing") { bench in
        let id = try await bench.enqueue(Bench.job())
        let old = try await bench.claimOne()
        bench.store.release([old.lease])
        let current = try await bench.claimOne()
        #expect(try await bench.settle(.complete(result: []), [old]) == [.stale])
        bench.store.release([old.lease])
        try await bench.settleDown()
        #expect(try await bench.state(id) == .processing)
        #expect(try await bench.settle(.complete(result: [9]), [current, current]) == [.settled(.completed), .stale])
        #expect(try await bench.settle(Bench.retry(at: 5), [current]) == [.stale])
        let unknown = Lease(job: JobID(999_999), token: current.lease.token)
        #expect(try await bench.store.settle([Bench.settlement(.complete(result: []), unknown)]) == [.stale])
        #expect(try await bench.record(id).result == [9])
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 completed 1")
    },
    .on("two settlements of one lease at the same time: the first counts") { bench in
        for _ in 0..<20 {
            let id = try await bench.enqueue(Bench.job())
            let job = try await bench.claimOne()
            async let first = bench.settle(.complete(result: [1]), [job])
            async let second = bench.settle(.finish(.failed, failure: Bench.error), [job])
            let outcomes = try await first + second
            #expect(outcomes.filter { $0 == .stale }.count == 1)
            let state = try await bench.state(id)
            #expect(outcomes.contains(.settled(try #require(state))))
        }
    },
]
