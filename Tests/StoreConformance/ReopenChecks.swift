import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

/// Checks that close a store and open it again; a place that forgets passes them by saying so.
func reopening(
    _ name: String, _ first: @escaping @Sendable (Workbench) async throws -> [JobID],
    then second: @escaping @Sendable (Workbench, [JobID]) async throws -> Void
) -> StoreCheck {
    StoreCheck(name) { place in
        guard place.isDurable else { return }
        let before = try Workbench(place)
        let ids: [JobID]
        do {
            ids = try await first(before)
        } catch {
            before.close()
            throw error
        }
        before.close()
        let after = try Workbench(place)
        defer { after.close() }
        try await second(after, ids)
    }
}

let reopenChecks: [StoreCheck] = [
    reopening("all that waited waits again, in its order") { bench in
        let low = try await bench.enqueue(Bench.jobs(40, priority: .low))
        let high = try await bench.enqueue(Bench.jobs(40, priority: .high))
        _ = try await bench.claim(15)
        return high + low
    } then: { bench, ids in
        #expect(bench.counts().line == "pending 0 queued 80 processing 0")
        let claimed = try await bench.claim(80)
        #expect(claimed.map(\.id) == ids)
    },
    reopening("jobs from before and after, claimed and not, keep their order") { bench in
        var ids = try await bench.enqueue(Bench.jobs(30))
        try await bench.settle(.complete(result: []), try await bench.claim(18))
        ids += try await bench.enqueue(Bench.jobs(30))
        let running = try await bench.claim(12)
        try await bench.settle(.complete(result: []), Array(running[6...]))
        return Array(ids[18..<24] + ids[30...])
    } then: { bench, ids in
        let more = try await bench.enqueue(Bench.jobs(10))
        #expect(try await bench.claim(46).map(\.id) == ids + more)
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
    },
    reopening("a job whose result is gone never shows another one's") { bench in
        let ids = try await bench.enqueue(Bench.jobs(2))
        try await bench.settle(.complete(result: [1]), try await bench.claim(2), at: 10)
        _ = try await bench.store.prune(history: Bench.time(0), results: Bench.time(100))
        #expect(try await bench.record(ids[1]).result == nil)
        return ids
    } then: { bench, ids in
        let new = try await bench.enqueue(Bench.jobs(2))
        try await bench.settle(.complete(result: [2]), try await bench.claim(2), at: 200)
        #expect(try await bench.record(new[1]).result == [2])
        for id in ids { #expect(try await bench.record(id).result == nil) }
    },
    reopening("attempts, crashes, failures and due times are remembered") { bench in
        let ids = try await bench.enqueue(Bench.jobs(3))
        let jobs = try await bench.claim(3)
        try await bench.settle(Bench.retry(at: 60), [jobs[0]])
        try await bench.settle(.requeue(failure: Bench.crash), [jobs[1]])
        try await bench.settle(.finish(.failed, failure: Bench.error), [jobs[2]])
        return ids
    } then: { bench, ids in
        #expect(bench.counts().line == "pending 1 queued 1 processing 0 failed 1")
        #expect(try await bench.store.promoteDue(at: Bench.time(10)) == Bench.time(60))
        #expect(try await bench.store.promoteDue(at: Bench.time(60)) == nil)
        let jobs = try await bench.claim(2)
        #expect(jobs.map(\.id) == [ids[0], ids[1]])
        #expect(jobs.map(\.attempt) == [2, 1] && jobs.map(\.crashes) == [0, 1])
        #expect(try await bench.record(ids[0]).attempts.map(\.failure) == [Bench.error])
        #expect(try await bench.record(ids[2]).failure == Bench.error)
    },
    reopening("a lease from before is stale, and new tokens are greater") { bench in
        let id = try await bench.enqueue(Bench.job())
        let job = try await bench.claimOne()
        return [id, JobID(Int64(job.lease.token))]
    } then: { bench, ids in
        let old = Lease(job: ids[0], token: UInt64(ids[1].rawValue))
        #expect(try await bench.store.settle([Bench.settlement(.complete(result: []), old)]) == [.stale])
        let job = try await bench.claimOne()
        #expect(job.id == ids[0] && job.lease.token > old.token && job.attempt == 1)
        #expect(try await bench.store.settle([Bench.settlement(.complete(result: []), old)]) == [.stale])
    },
    reopening("a wish to cancel a running job outlives the store") { bench in
        let ids = try await bench.enqueue(Bench.jobs(30))
        _ = try await bench.claim(20)
        _ = try await bench.store.cancel(ids[3], at: Bench.time(2))
        _ = try await bench.store.cancel(ids[17], at: Bench.time(3))
        return ids
    } then: { bench, ids in
        #expect(bench.counts().line == "pending 0 queued 28 processing 0 cancelled 2")
        let record = try await bench.record(ids[17])
        #expect(record.state == .cancelled && record.finishedAt == Bench.time(3))
        #expect(try await bench.claim(28).map(\.id) == ids.filter { $0 != ids[3] && $0 != ids[17] })
    },
    reopening("keys, results and counts are remembered, ids go on") { bench in
        let id = try await bench.enqueue(Bench.job(key: "k"))
        try await bench.settle(.complete(result: [5]), [try await bench.claimOne()])
        let last = try await bench.enqueue(Bench.job(queue: "other", runAt: 100))
        _ = try await bench.store.prune(history: Bench.start, results: Bench.start)
        return [id, last]
    } then: { bench, ids in
        let receipts = try await bench.store.enqueue([Bench.job(key: "k"), Bench.job()])
        #expect(receipts[0] == EnqueueReceipt(id: ids[0], state: .completed, existed: true))
        #expect(receipts[1].id > ids[1])
        #expect(try await bench.record(ids[0]).result == [5])
        #expect(bench.counts().line == "pending 0 queued 1 processing 0 completed 1")
        #expect(bench.counts("other").line == "pending 1 queued 0 processing 0")
    },
    reopening("ids of jobs that are gone are not given out by the next run") { bench in
        let ids = try await bench.enqueue(Bench.jobs(3))
        try await bench.settle(.complete(result: []), try await bench.claim(3))
        _ = try await bench.store.prune(history: Bench.time(100), results: Bench.time(100))
        return ids
    } then: { bench, ids in
        let next = try await bench.enqueue(Bench.job())
        #expect(next > (try #require(ids.last)))
    },
]
