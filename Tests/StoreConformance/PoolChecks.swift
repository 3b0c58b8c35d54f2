import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

/// What a store keeps for pools; only of those that have the capability.
let poolChecks: [StoreCheck] = [
    .on("settings of pools are kept until they are forgotten") { bench in
        let store = try #require(bench.store as? any PoolRecords)
        try await store.setPoolSetting("{\"count\": 5}", of: "mail")
        try await store.setPoolSetting("other", of: "video")
        try await store.setPoolSetting("later, with ' and \n", of: "mail")
        #expect(try await store.poolSettings() == ["mail": "later, with ' and \n", "video": "other"])
        try await store.setPoolSetting(nil, of: "video")
        try await store.setPoolSetting(nil, of: "unknown")
        #expect(try await store.poolSettings() == ["mail": "later, with ' and \n"])
    },
    .on("of the history of each pool the last entries are kept") { bench in
        let store = try #require(bench.store as? any PoolRecords)
        let kept = type(of: store).poolHistoryKept
        func entry(_ number: Int, _ pool: String) -> PoolHistoryEntry {
            PoolHistoryEntry(pool: pool, at: Bench.time(Int64(number)), text: "\(pool) \(number)")
        }
        store.record([entry(0, "video")]) { _ in }
        for start in stride(from: 0, to: kept + 300, by: 100) {
            store.record((start..<start + 100).map { entry($0, "mail") }) { _ in }
        }
        // Its answer comes behind all of them.
        try await store.setPoolSetting(nil, of: "mail")
        let newest = try await store.poolHistory(of: "mail", limit: kept * 2)
        #expect(newest == (300..<kept + 300).reversed().map { entry($0, "mail") })
        let last = try await store.poolHistory(of: "mail", limit: 2)
        #expect(last == [entry(kept + 299, "mail"), entry(kept + 298, "mail")])
        #expect(try await store.poolHistory(of: "video", limit: 5) == [entry(0, "video")])
        #expect(try await store.poolHistory(of: "other", limit: 5).isEmpty)
    },
    .on("past jobs are those that ran, from an instant on") { bench in
        let store = try #require(bench.store as? any PoolRecords)
        let queues = ["a", "b", "other"]
        let ids = try await bench.enqueue((0..<60).map { Bench.job(queue: queues[$0 % 3], at: Int64($0)) })
        _ = try await bench.store.cancel(ids[33], at: Bench.time(60))
        // Two of each queue are left.
        let jobs = try await bench.claim(53, from: queues)
        try await bench.settle(.complete(result: [1]), jobs, at: 100)
        let ran = Set(jobs.map(\.id))
        let wanted = ids.indices.filter { $0 >= 20 && $0 % 3 != 2 && ran.contains(ids[$0]) }.map { ids[$0] }
        let found = try await store.pastJobs(
            of: ["b", "a", "unknown"], since: Bench.time(20), after: JobID(0), limit: 100)
        #expect(found.map(\.id) == wanted)
        #expect(found.allSatisfy { $0.finishedAt == Bench.time(100) && $0.startedAt <= $0.finishedAt })
        #expect(found.first?.enqueuedAt == Bench.time(21))
        let next = try await store.pastJobs(of: ["a", "b"], since: Bench.time(20), after: wanted[4], limit: 3)
        #expect(next.map(\.id) == Array(wanted[5..<8]))
        #expect(try await store.pastJobs(of: ["a"], since: Bench.time(70), after: JobID(0), limit: 3).isEmpty)
    },
]

/// What is kept for pools outlives the store that kept it.
let poolReopenChecks: [StoreCheck] = [
    StoreCheck("what is kept for pools is there after a stop") { place in
        guard place.isDurable else { return }
        let first = try #require(place.open() as? any JobStore & PoolRecords)
        try await first.setPoolSetting("five", of: "mail")
        first.record([PoolHistoryEntry(pool: "mail", at: Bench.start, text: "was four")]) { _ in }
        first.close()
        let second = try #require(place.open() as? any JobStore & PoolRecords)
        defer { second.close() }
        #expect(try await second.poolSettings() == ["mail": "five"])
        #expect(try await second.poolHistory(of: "mail", limit: 9).map(\.text) == ["was four"])
    }
]
