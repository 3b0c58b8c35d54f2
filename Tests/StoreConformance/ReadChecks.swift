import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

let readChecks: [StoreCheck] = [
    .on("an id that nobody has is nobody's") { bench in
        for number in [0, -1, 1, .max, .min] as [Int64] {
            let id = JobID(number)
            let found = try await bench.store.find(id)
            #expect(found == nil)
            let lease = Lease(job: id, token: 0)
            let outcomes = try await bench.store.settle([Bench.settlement(.complete(result: []), lease)])
            #expect(outcomes == [.stale])
            bench.store.release([lease])
            let cancelled = try await bench.store.cancel(id, at: Bench.start)
            #expect(cancelled == .unknown)
        }
    },
    .on("an unknown job is not found") { bench in
        let found = try await bench.store.find(JobID(1))
        #expect(found == nil)
        #expect(try await bench.store.list(JobFilter()).isEmpty)
        #expect(bench.store.counts().isEmpty)
    },
    .on("a list is newest first and comes in pages") { bench in
        let ids = try await bench.enqueue(Bench.jobs(30))
        var listed: [JobID] = []
        var filter = JobFilter(limit: 7)
        while true {
            let page = try await bench.store.list(filter)
            #expect(page.count <= 7)
            guard let last = page.last else { break }
            listed += page.map(\.id)
            filter.before = last.id
        }
        #expect(listed == ids.reversed())
        #expect(try await bench.store.list(JobFilter(limit: 0)).isEmpty)
    },
    .on("a list tells each state apart") { bench in
        let ids = try await bench.enqueue((0..<24).map { Bench.job(runAt: $0 >= 20 ? 500 : nil) })
        let jobs = try await bench.claim(14)
        try await bench.settle(.complete(result: [1]), Array(jobs[0..<3]))
        try await bench.settle(.finish(.failed, failure: Bench.error), Array(jobs[3..<5]))
        try await bench.settle(.finish(.timeout, failure: Bench.error), Array(jobs[5..<6]))
        try await bench.settle(Bench.retry(at: 400), Array(jobs[6..<8]))
        _ = try await bench.store.cancel(ids[8], at: Bench.start)
        _ = try await bench.store.cancel(ids[15], at: Bench.start)
        func list(_ state: JobState, before: JobID? = nil) async throws -> [JobID] {
            let records = try await bench.store.list(JobFilter(state: state, before: before))
            #expect(records.allSatisfy { $0.state == state })
            return records.map(\.id)
        }
        #expect(try await list(.completed) == ids[0..<3].reversed())
        #expect(try await list(.failed) == ids[3..<5].reversed())
        #expect(try await list(.timeout) == [ids[5]])
        #expect(try await list(.pending) == ids[20..<24].reversed() + ids[6..<8].reversed())
        #expect(try await list(.cancelling) == [ids[8]])
        #expect(try await list(.processing) == ids[9..<14].reversed())
        #expect(try await list(.processing, before: ids[11]) == [ids[10], ids[9]])
        #expect(try await list(.queued) == (ids[16..<20].reversed() + [ids[14]]))
        #expect(try await list(.cancelled) == [ids[15]])
        #expect(try await bench.store.list(JobFilter()).map(\.id) == ids.reversed())
    },
    .on("a list can be cut to a queue and a type") { bench in
        var ids: [String: [JobID]] = [:]
        for round in 0..<12 {
            for queue in ["a", "b"] {
                let type = round % 3 == 0 ? "rare" : "usual"
                let id = try await bench.enqueue(Bench.job(type, queue: queue))
                ids["\(queue) \(type)", default: []].insert(id, at: 0)
            }
        }
        try await bench.settle(.complete(result: []), try await bench.claim(6, from: ["a"]))
        let rare = try await bench.store.list(JobFilter(queue: "a", type: "rare"))
        #expect(rare.map(\.id) == ids["a rare"])
        #expect(rare.filter { $0.state == .completed }.count == 2)
        #expect(try await bench.store.list(JobFilter(type: "rare")).count == 8)
        let usual = try await bench.store.list(JobFilter(state: .queued, queue: "b", type: "usual"))
        #expect(usual.map(\.id) == ids["b usual"])
        #expect(try await bench.store.list(JobFilter(queue: "unknown")).isEmpty)
        #expect(try await bench.store.list(JobFilter(state: .queued, type: "unknown")).isEmpty)
    },
    .on("a list leaves out what is large, and find does not") { bench in
        let id = try await bench.enqueue(Bench.job(payload: "large", key: "k"))
        try await bench.settle(Bench.retry(at: 1), [try await bench.claimOne()])
        let listed = try await bench.store.list(JobFilter())
        let record = try #require(listed.first)
        #expect(record.payload.isEmpty && record.attempts.isEmpty && record.result == nil)
        #expect(record.key == "k" && record.failure == Bench.error && record.attempt == 1)
        #expect(record.reason == .retry && record.runAt == Bench.time(1))
        #expect(try await bench.record(id).payload == Array("large".utf8))
    },
    .on("counts know every queue that ever held a job, and the age of the oldest") { bench in
        try await bench.enqueue([Bench.job(queue: "a", priority: .low, at: 5), Bench.job(queue: "a", at: 9)])
        try await bench.enqueue(Bench.job(queue: "b", at: 7))
        // Its low priority makes it the last to be taken, and the one that waits longest all the same.
        #expect(bench.counts("a").oldestQueuedAt == Bench.time(5))
        #expect(bench.counts("b").oldestQueuedAt == Bench.time(7))
        try await bench.settle(.complete(result: []), try await bench.claim(1, from: ["b"]))
        #expect(bench.counts("b").oldestQueuedAt == nil)
        #expect(bench.store.counts().map(\.queue).sorted() == ["a", "b"])
        #expect(bench.counts("b").line == "pending 0 queued 0 processing 0 completed 1")
    },
]
