import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

let pruneChecks: [StoreCheck] = [
    .on("old history goes with its keys and attempts, the rest stays") { bench in
        let ids = try await bench.enqueue((0..<9).map { Bench.job(key: "key-\($0)") })
        let jobs = try await bench.claim(6)
        try await bench.settle(.complete(result: [1]), Array(jobs[0..<2]), at: 10)
        try await bench.settle(.finish(.failed, failure: Bench.error), [jobs[2]], at: 11)
        try await bench.settle(.complete(result: [1]), Array(jobs[3..<5]), at: 50)
        #expect(try await bench.store.prune(history: Bench.time(40), results: Bench.start) == 3)
        for id in ids[0..<3] { #expect(try await bench.store.find(id) == nil) }
        for id in ids[3..<9] { #expect(try await bench.store.find(id) != nil) }
        #expect(try await bench.store.prune(history: Bench.time(40), results: Bench.start) == 0)
        // A key is free again when its job is gone, and only then.
        let receipts = try await bench.store.enqueue([Bench.job(key: "key-2"), Bench.job(key: "key-3")])
        #expect(receipts.map(\.existed) == [false, true])
        #expect(receipts[1].id == ids[3])
        #expect(try await bench.record(ids[3]).key == "key-3")
    },
    .on("results go before their jobs") { bench in
        let ids = try await bench.enqueue(Bench.jobs(4))
        let jobs = try await bench.claim(4)
        try await bench.settle(.complete(result: [1]), Array(jobs[0..<2]), at: 10)
        try await bench.settle(.complete(result: [2]), Array(jobs[2..<4]), at: 20)
        #expect(try await bench.store.prune(history: Bench.start, results: Bench.time(15)) == 0)
        var results: [[UInt8]?] = []
        for id in ids { results.append(try await bench.record(id).result) }
        #expect(results == [nil, nil, [2], [2]])
    },
    .on("more than a step's worth goes in one call, past what has to stay") { bench in
        let ids = try await bench.enqueue((0..<2500).map { Bench.job(at: Int64($0)) })
        let jobs = try await bench.claim(2500)
        let late = Set(ids.filter { $0.rawValue % 100 == 0 })
        try await bench.settle(.complete(result: [7]), jobs.filter { !late.contains($0.id) }, at: 3000)
        try await bench.settle(.complete(result: [7]), jobs.filter { late.contains($0.id) }, at: 9000)
        #expect(try await bench.store.prune(history: Bench.time(4000), results: Bench.time(4000)) == 2500 - late.count)
        let left = try await bench.store.list(JobFilter(limit: 100))
        #expect(left.map(\.id) == late.sorted(by: >))
        #expect(try await bench.record(left[0].id).result == [7])
    },
    .on("ids of jobs that are gone are never given out again") { bench in
        let ids = try await bench.enqueue(Bench.jobs(3))
        try await bench.settle(.complete(result: []), try await bench.claim(3))
        #expect(try await bench.store.prune(history: Bench.time(100), results: Bench.time(100)) == 3)
        let next = try await bench.enqueue(Bench.job())
        #expect(next > (try #require(ids.last)))
    },
    .on("what has ended stays counted when it is gone") { bench in
        try await bench.enqueue(Bench.jobs(2))
        try await bench.settle(.complete(result: []), try await bench.claim(2))
        _ = try await bench.store.prune(history: Bench.time(100), results: Bench.time(100))
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 completed 2")
    },
]
