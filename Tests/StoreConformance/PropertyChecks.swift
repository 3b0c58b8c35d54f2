import JobModel
import JobStore
import SeededRandom
import Testing

private typealias Bench = Workbench

let propertyChecks: [StoreCheck] = (1...6).map { seed in
    StoreCheck("random verbs do what the reference does, seed \(seed)") { place in
        var run = try RandomRun(place, seed: UInt64(seed))
        defer { run.bench.close() }
        for step in 0..<400 {
            if let difference = try await run.step() {
                Issue.record("seed \(seed), step \(step): \(difference)")
                return
            }
        }
    }
}

/// A store and the reference beside it, driven by the same random verbs.
private struct RandomRun {
    private let place: any StorePlace
    private(set) var bench: Workbench
    private var model = ReferenceModel()
    private var random: SeededRandom
    private var now: Int64 = 0
    private var leases: [Lease] = []

    private static let queues = ["a", "b", "c"]

    init(_ place: any StorePlace, seed: UInt64) throws {
        self.place = place
        random = SeededRandom(seed: seed)
        bench = try Workbench(place)
    }

    /// Does one thing; says what differed.
    mutating func step() async throws -> String? {
        now += 1
        let difference: String? =
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<25: try await enqueue()
            case 25..<50: try await claim()
            case 50..<72: try await settle()
            case 72..<78: try await release()
            case 78..<86: try await cancel()
            case 86..<94: try await promote()
            case 94..<98: try await look()
            default: try await reopen()
            }
        return difference ?? model.outsideTheTable ?? compareCounts()
    }

    private mutating func enqueue() async throws -> String? {
        let jobs = (0..<Int.random(in: 1...12, using: &random)).map { _ in randomJob() }
        let receipts = try await bench.store.enqueue(jobs)
        for (job, receipt) in zip(jobs, receipts) {
            if let difference = model.enqueued(job, receipt) { return difference }
        }
        return nil
    }

    private mutating func randomJob() -> NewJob {
        let delayed = Int.random(in: 0..<4, using: &random) == 0
        let keyed = Int.random(in: 0..<8, using: &random) == 0
        return Bench.job(
            queue: Self.queues.randomElement(using: &random) ?? "a",
            priority: Priority(UInt8.random(in: 4...6, using: &random)) ?? .normal, at: now,
            runAt: delayed ? now + Int64.random(in: -2...40, using: &random) : nil,
            key: keyed ? "key \(Int.random(in: 0..<20, using: &random))" : nil,
            requestID: ["one", "two", nil].randomElement(using: &random) ?? nil)
    }

    private mutating func claim() async throws -> String? {
        let queues = Array(Self.queues.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
        let expected = model.nextToClaim(from: queues, limit: Int.random(in: 1...15, using: &random))
        let claimed = try await bench.claim(expected.count, from: queues)
        leases += claimed.map(\.lease)
        if claimed.map(\.id) != expected { return "claimed \(claimed.map(\.id)) instead of \(expected)" }
        return model.claimed(claimed)
    }

    private mutating func settle() async throws -> String? {
        // Leases that ended long ago are among them: they are stale.
        let settlements = leases.shuffled(using: &random).prefix(Int.random(in: 1...12, using: &random)).map {
            Bench.settlement(randomVerdict(), $0, at: now)
        }
        let outcomes = try await bench.store.settle(settlements)
        let expected = settlements.map { model.settle($0) }
        return outcomes == expected ? nil : "settled \(outcomes) instead of \(expected)"
    }

    private mutating func randomVerdict() -> Verdict {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: .requeue(failure: Bench.crash)
        case 1, 2: Bench.retry(at: now + Int64.random(in: 0...20, using: &random))
        case 3: Bench.snooze(until: now + Int64.random(in: 0...20, using: &random))
        case 4: .finish(.failed, failure: Bench.error)
        case 5: .finish(.timeout, failure: Bench.error)
        default: .complete(result: [UInt8.random(in: 0...255, using: &random)])
        }
    }

    private mutating func release() async throws -> String? {
        let given = Array(leases.shuffled(using: &random).prefix(4))
        bench.store.release(given)
        for lease in given { model.release(lease) }
        try await bench.settleDown()
        return nil
    }

    private mutating func cancel() async throws -> String? {
        for _ in 0..<4 {
            let newest = model.jobs.keys.map(\.rawValue).max() ?? 1
            let id = JobID(Int64.random(in: 1...(newest + 1), using: &random))
            let outcome = try await bench.store.cancel(id, at: Bench.time(now))
            let expected = model.cancel(id)
            if outcome != expected { return "cancel \(id): \(outcome) instead of \(expected)" }
        }
        return nil
    }

    private mutating func promote() async throws -> String? {
        let next = try await bench.store.promoteDue(at: Bench.time(now))
        let expected = model.promote(at: Bench.time(now))
        return next == expected ? nil : "next due \(String(describing: next)) not \(String(describing: expected))"
    }

    private mutating func look() async throws -> String? {
        for (id, job) in model.jobs.shuffled(using: &random).prefix(10) {
            let record = try await bench.record(id)
            if record.state != job.state || record.crashes != job.crashes || record.key != job.key
                || record.requestID != job.requestID
            {
                return "job \(id): \(record) instead of \(job)"
            }
        }
        let state = JobState.allCases.randomElement(using: &random)
        let listed = try await bench.store.list(JobFilter(state: state, limit: 10_000)).map(\.id)
        let expected = model.jobs.filter { $0.value.state == state }.map(\.key).sorted(by: >)
        return listed == expected ? nil : "list of \(String(describing: state)): \(listed) instead of \(expected)"
    }

    private mutating func reopen() async throws -> String? {
        guard place.isDurable else { return nil }
        bench.close()
        bench = try Workbench(place)
        model.reopen()
        return nil
    }

    private func compareCounts() -> String? {
        for queue in Self.queues where bench.counts(queue).line != model.counts(of: queue) {
            return "counts of \(queue): \(bench.counts(queue).line) instead of \(model.counts(of: queue))"
        }
        return nil
    }
}
