import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

let enqueueChecks: [StoreCheck] = [
    .on("an enqueued job is found as it was given") { bench in
        let new = NewJob(
            type: "send_mail", queue: "mail", payload: [0, 255, 1], priority: .high, maxAttempts: 7,
            timeoutMilliseconds: 1234, enqueuedAt: Bench.time(3), key: "welcome-1")
        let id = try await bench.enqueue(new)
        let record = try await bench.record(id)
        #expect(record.id == id && record.type == "send_mail" && record.queue == "mail")
        #expect(record.payload == [0, 255, 1] && record.priority == .high && record.maxAttempts == 7)
        #expect(record.timeoutMilliseconds == 1234 && record.enqueuedAt == Bench.time(3))
        #expect(record.state == .queued && record.attempt == 0 && record.crashes == 0)
        #expect(record.key == "welcome-1" && record.reason == nil && record.runAt == nil)
        #expect(record.startedAt == nil && record.finishedAt == nil && record.worker == nil)
        #expect(record.failure == nil && record.result == nil && record.attempts.isEmpty)
    },
    .on("ids ascend in the order of the batch and from batch to batch") { bench in
        let first = try await bench.enqueue(Bench.jobs(20))
        let second = try await bench.enqueue(Bench.jobs(20))
        #expect((first + second).sorted() == first + second)
        #expect(Set(first + second).count == 40)
    },
    .on("receipts say what became of each job") { bench in
        let receipts = try await bench.store.enqueue([
            Bench.job(), Bench.job(runAt: 60), Bench.job(at: 5, runAt: 5), Bench.job(at: 5, runAt: 1),
        ])
        #expect(receipts.map(\.state) == [.queued, .pending, .queued, .queued])
        #expect(receipts.allSatisfy { !$0.existed })
    },
    .on("an empty batch is answered") { bench in
        let receipts = try await bench.store.enqueue([])
        #expect(receipts.isEmpty)
    },
    .on("an empty and a large payload pass unchanged") { bench in
        let large = [UInt8](unsafeUninitializedCapacity: 3_000_000) { bytes, count in
            for index in 0..<3_000_000 { bytes[index] = UInt8(truncatingIfNeeded: index &* 31 >> 3) }
            count = 3_000_000
        }
        let big = NewJob(type: "big", queue: "default", payload: large, enqueuedAt: Bench.start)
        let new = [Bench.job(payload: ""), Bench.job(), big]
        let ids = try await bench.enqueue(new)
        let claimed = try await bench.claim(3)
        #expect(claimed.map(\.payload) == [[], Array("{}".utf8), large])
        #expect(try await bench.record(ids[2]).payload == large)
        #expect(try await bench.record(ids[0]).payload.isEmpty)
    },
    .on("names with any letters pass unchanged") { bench in
        let name = "größe:ünïcode.\u{1F600}-" + String(repeating: "x", count: 80)
        let id = try await bench.enqueue(Bench.job(name, queue: name, key: name))
        let record = try await bench.record(id)
        #expect(record.type == name && record.queue == name && record.key == name)
        #expect(try await bench.claimOne(from: [name]).type == name)
    },
    .on("a known key gives the same job, wherever it stands") { bench in
        let id = try await bench.enqueue(Bench.job(key: "k"))
        func again() async throws -> EnqueueReceipt {
            let receipts = try await bench.store.enqueue([Bench.job("other", queue: "elsewhere", key: "k")])
            return receipts[0]
        }
        #expect(try await again() == EnqueueReceipt(id: id, state: .queued, existed: true))
        let claimed = try await bench.claimOne()
        #expect(try await again() == EnqueueReceipt(id: id, state: .processing, existed: true))
        _ = try await bench.store.cancel(id, at: Bench.time(1))
        #expect(try await again() == EnqueueReceipt(id: id, state: .cancelling, existed: true))
        try await bench.settle(.complete(result: []), [claimed])
        #expect(try await again() == EnqueueReceipt(id: id, state: .cancelled, existed: true))
        #expect(bench.counts().line == "pending 0 queued 0 processing 0 cancelled 1")
        #expect(bench.store.claim(from: ["elsewhere"], limit: 1).isEmpty)
    },
    .on("a key twice in one batch is one job") { bench in
        let receipts = try await bench.store.enqueue([
            Bench.job(key: "a"), Bench.job(runAt: 60, key: "b"), Bench.job(key: "a"), Bench.job(key: "b"), Bench.job(),
        ])
        #expect(receipts[2] == EnqueueReceipt(id: receipts[0].id, state: .queued, existed: true))
        #expect(receipts[3] == EnqueueReceipt(id: receipts[1].id, state: .pending, existed: true))
        #expect(Set(receipts.map(\.id)).count == 3)
        #expect(bench.counts().line == "pending 1 queued 2 processing 0")
    },
    .on("many callers with the same key get the same job") { bench in
        let ids = try await withThrowingTaskGroup(of: JobID.self) { group in
            for _ in 0..<32 { group.addTask { try await bench.enqueue(Bench.job(key: "one")) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(bench.counts().queued == 1)
    },
]
