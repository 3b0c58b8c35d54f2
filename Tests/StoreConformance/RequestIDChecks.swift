import JobModel
import JobStore
import Testing

private typealias Bench = Workbench

/// The id of a request stays with its jobs wherever they go. Stores may write alike jobs together: neighbours with another
/// one, or none, keep their own.
let requestIDChecks: [StoreCheck] = [
    .on("a job has the request id that it was given, or none") { bench in
        let ids = try await bench.enqueue([Bench.job(requestID: "r-1"), Bench.job(), Bench.job(requestID: longest)])
        #expect(try await requestIDs(ids, bench) == ["r-1", nil, longest])
        #expect(try await bench.store.list(JobFilter()).map(\.requestID) == [longest, nil, "r-1"])
        #expect(try await bench.claim(3).map(\.requestID) == ["r-1", nil, longest])
    },
    .on("each job of a mixed batch keeps its own request id, also when it has completed") { bench in
        let ids = try await bench.enqueue(mixed.map { Bench.job(requestID: $0) })
        #expect(try await requestIDs(ids, bench) == mixed)
        let jobs = try await bench.claim(mixed.count)
        #expect(jobs.map(\.requestID) == mixed)
        try await bench.settle(.complete(result: []), jobs)
        #expect(try await requestIDs(ids, bench) == mixed)
        #expect(
            try await bench.store.list(JobFilter(state: .completed, limit: 200)).map(\.requestID).reversed() == mixed)
    },
    .on("a request id stays through every verdict") { bench in
        let verdicts: [Verdict] = [
            Bench.retry(at: 20), Bench.snooze(until: 20), .requeue(failure: Bench.crash),
            .finish(.failed, failure: Bench.error), .complete(result: [1]), .complete(result: []),
        ]
        let expected = verdicts.indices.map { $0 == 1 ? nil : "r-\($0)" }
        let ids = try await bench.enqueue(expected.map { Bench.job(requestID: $0) })
        let jobs = try await bench.claim(verdicts.count)
        for (verdict, job) in zip(verdicts, jobs) { try await bench.settle(verdict, [job]) }
        #expect(try await requestIDs(ids, bench) == expected)
        _ = try await bench.store.promoteDue(at: Bench.time(20))
        #expect(try await requestIDs(ids, bench) == expected)
        let again = try await bench.claim(3)
        #expect(again.map(\.requestID) == Array(expected[..<3]))
        bench.store.release(again.map(\.lease))
        #expect(try await bench.claim(3).map(\.requestID) == Array(expected[..<3]))
    },
    .on("a cancelled job keeps its request id, whether it waited, was due later, or ran") { bench in
        let ids = try await bench.enqueue([
            Bench.job(requestID: "ran"), Bench.job(requestID: "waited"), Bench.job(runAt: 60, requestID: "later"),
        ])
        let running = try await bench.claimOne()
        for id in ids { _ = try await bench.store.cancel(id, at: Bench.time(1)) }
        bench.store.release([running.lease])
        try await bench.settleDown()
        for id in ids { #expect(try await bench.state(id) == .cancelled) }
        #expect(try await requestIDs(ids, bench) == ["ran", "waited", "later"])
    },
    .on("a key gives the job back with the request id of its first request") { bench in
        let id = try await bench.enqueue(Bench.job(key: "k", requestID: "first"))
        let receipts = try await bench.store.enqueue([Bench.job(key: "k", requestID: "second")])
        #expect(receipts.map(\.id) == [id])
        #expect(try await bench.record(id).requestID == "first")
    },
    reopening("request ids are remembered of jobs that wait, are due, ran, and ended") { bench in
        let ids = try await bench.enqueue(mixed.map { Bench.job(requestID: $0) })
        let jobs = try await bench.claim(60)
        try await bench.settle(.complete(result: []), Array(jobs[..<40]))
        try await bench.settle(.finish(.failed, failure: Bench.error), Array(jobs[40..<44]))
        try await bench.settle(Bench.retry(at: 60), Array(jobs[44..<48]))
        try await bench.settle(.requeue(failure: Bench.crash), Array(jobs[48..<52]))
        _ = try await bench.store.cancel(jobs[59].id, at: Bench.time(1))
        return ids
    } then: { bench, ids in
        #expect(try await requestIDs(ids, bench) == mixed)
        _ = try await bench.store.promoteDue(at: Bench.time(60))
        let jobs = try await bench.claim(mixed.count - 45)
        #expect(jobs.map(\.requestID) == Array(mixed[44..<59] + mixed[60...]))
    },
]

private let longest = String(repeating: "~", count: 128)

/// Long runs that have one in common, runs without, and odd ones out within both.
private let mixed: [String?] = (0..<100).map { index in
    switch index {
    case 5, 70: "odd-\(index)"
    case 40: nil
    case 20..<60: "request-of-many-jobs"
    case 90...: "other"
    default: nil
    }
}

private func requestIDs(_ ids: [JobID], _ bench: Workbench) async throws -> [String?] {
    var found: [String?] = []
    for id in ids { found.append(try await bench.record(id).requestID) }
    return found
}
