import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

let claimChecks: [StoreCheck] = [
    .on("a claim hands out everything a worker needs") { bench in
        let id = try await bench.enqueue(Bench.job("send_mail", priority: .low, payload: "hello", at: 2))
        let job = try await bench.claimOne()
        #expect(job.id == id && job.type == "send_mail" && job.queue == "default" && job.priority == .low)
        #expect(job.payload == Array("hello".utf8) && job.attempt == 1 && job.maxAttempts == 3 && job.crashes == 0)
        #expect(job.timeoutMilliseconds == 5000 && job.enqueuedAt == Bench.time(2))
        let record = try await bench.record(id)
        #expect(record.state == .processing && record.attempt == 1)
    },
    .on("the oldest comes first") { bench in
        var ids: [JobID] = []
        for _ in 0..<5 { ids += try await bench.enqueue(Bench.jobs(20)) }
        #expect(try await bench.claim(100).map(\.id) == ids)
    },
    .on("priority goes before age") { bench in
        var expected: [Priority: [JobID]] = [:]
        for round in 0..<4 {
            for value in Priority.range.reversed() {
                let priority = try #require(Priority(value))
                expected[priority, default: []] += try await bench.enqueue(
                    Bench.jobs(round + 1, priority: priority))
            }
        }
        let order = expected.sorted { $0.key < $1.key }.flatMap(\.value)
        var claimed: [JobID] = []
        while claimed.count < order.count { claimed += try await bench.claim(4).map(\.id) }
        #expect(claimed == order)
    },
    .on("queues are served in the order they are asked for") { bench in
        let a = try await bench.enqueue(Bench.jobs(5, queue: "a", priority: .background))
        let b = try await bench.enqueue(Bench.jobs(5, queue: "b", priority: .critical))
        #expect(try await bench.claim(7, from: ["a", "b"]).map(\.id) == a + b.prefix(2))
        #expect(try await bench.claim(3, from: ["b", "a"]).map(\.id) == Array(b.dropFirst(2)))
    },
    .on("a claim takes from no other queue and never more than asked") { bench in
        try await bench.enqueue(Bench.jobs(3, queue: "a"))
        #expect(bench.store.claim(from: ["b", "unknown"], limit: 5).isEmpty)
        #expect(bench.store.claim(from: [], limit: 5).isEmpty)
        #expect(bench.store.claim(from: ["a"], limit: 0).isEmpty)
        #expect(try await bench.claim(2, from: ["a"]).count == 2)
        #expect(bench.counts("a").line == "pending 0 queued 1 processing 2")
    },
    .on("no job is claimed twice") { bench in
        try await bench.enqueue(Bench.jobs(100))
        let claimed = try await bench.claim(100).map(\.id)
        #expect(Set(claimed).count == 100)
        #expect(bench.store.claim(from: ["default"], limit: 10).isEmpty)
    },
    .on("lease tokens ascend") { bench in
        try await bench.enqueue(Bench.jobs(50))
        var tokens = try await bench.claim(50).map(\.lease.token)
        let again = try await bench.claimAgain(tokens: &tokens)
        #expect(again && tokens == tokens.sorted() && Set(tokens).count == tokens.count)
    },
    .on("who was given too little hears when more comes to hand") { bench in
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
        try await bench.enqueue(Bench.jobs(2))
        try await bench.signals.wait("ready") { $0.ready == 1 }
        let first = try await bench.claim(2)
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
        bench.store.release([first[0].lease])
        try await bench.signals.wait("ready") { $0.ready == 2 }
        _ = try await bench.claim(1)
        #expect(bench.store.claim(from: ["default"], limit: 1).isEmpty)
        try await bench.settle(.requeue(failure: Bench.crash), [first[1]])
        try await bench.signals.wait("ready") { $0.ready == 3 }
    },
    .on("who expects jobs hears of the next once, without a claim") { bench in
        bench.store.expectJobs()
        try await bench.enqueue(Bench.job())
        try await bench.signals.wait("ready") { $0.ready == 1 }
        try await bench.enqueue(Bench.job())
        try await bench.settleDown()
        #expect(bench.signals.heard.ready == 1)
    },
    .on("what is queued is counted as often as it comes, and not when it is only given back") { bench in
        func arrived() -> Int { bench.store.counts().first { $0.queue == "default" }?.arrived ?? 0 }
        try await bench.enqueue(Bench.jobs(3))
        #expect(arrived() == 3)
        let claimed = try await bench.claim(2)
        #expect(arrived() == 3)
        bench.store.release([claimed[0].lease])
        try await bench.settleDown()
        #expect(arrived() == 3)
        try await bench.settle(.requeue(failure: Bench.crash), [claimed[1]])
        #expect(arrived() == 4)
    },
    .on("who was given enough hears nothing") { bench in
        try await bench.enqueue(Bench.job())
        _ = try await bench.claim(1)
        let heard = bench.signals.heard.ready
        try await bench.enqueue(Bench.job())
        try await bench.settleDown()
        #expect(bench.signals.heard.ready == heard)
    },
]

extension Workbench {
    /// Releases what was claimed and claims it once more: the new tokens behind the old ones.
    fileprivate func claimAgain(tokens: inout [UInt64]) async throws -> Bool {
        try await enqueue(Self.jobs(10))
        let claimed = try await claim(10)
        store.release(claimed.map(\.lease))
        let again = try await claim(10)
        tokens += claimed.map(\.lease.token) + again.map(\.lease.token)
        return claimed.map(\.id) == again.map(\.id)
    }
}
