import JobModel
import JobStore
import SeededRandom
import Synchronization
import Testing

private typealias Bench = Workbench

/// Watches claims and settlements from outside: who holds what, and what has ended.
private final class Witness: Sendable {
    struct State {
        var acknowledged: Set<JobID> = []
        var held: [JobID: UInt64] = [:]
        var completed: Set<JobID> = []
        var heldTwice: [JobID] = []
        var completedTwice: [JobID] = []
    }

    let state = Mutex(State())

    func enqueued(_ ids: [JobID]) {
        state.withLock { $0.acknowledged.formUnion(ids) }
    }

    func claimed(_ jobs: [ClaimedJob]) {
        state.withLock { state in
            for job in jobs {
                if state.held[job.id] != nil { state.heldTwice.append(job.id) }
                state.held[job.id] = job.lease.token
            }
        }
    }

    /// To be called before the lease is given up, since another may claim the job at once.
    func letGo(_ jobs: [ClaimedJob]) {
        state.withLock { state in
            for job in jobs { state.held[job.id] = nil }
        }
    }

    func completed(_ jobs: [ClaimedJob]) {
        state.withLock { state in
            for job in jobs where !state.completed.insert(job.id).inserted { state.completedTwice.append(job.id) }
        }
    }

    var completedCount: Int { state.withLock { $0.completed.count } }
}

let concurrencyChecks: [StoreCheck] = [
    .on("with many threads no job is lost, none held twice, and the counts agree") { bench in
        let total = 6000
        let witness = Witness()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for producer in 0..<6 {
                group.addTask { try await produce(total / 6, seed: UInt64(producer), bench, witness) }
            }
            for consumer in 0..<3 {
                group.addTask { try await consume(until: total, seed: UInt64(100 + consumer), bench, witness) }
            }
            try await group.waitForAll()
        }
        let seen = witness.state.withLock { $0 }
        #expect(seen.heldTwice.isEmpty && seen.completedTwice.isEmpty && seen.held.isEmpty)
        #expect(seen.completed == seen.acknowledged && seen.completed.count == total)
        var finished = 0
        for counts in bench.store.counts() {
            #expect(counts.pending == 0 && counts.queued == 0 && counts.processing == 0)
            finished += counts.finished[.completed] ?? 0
        }
        #expect(finished == total)
    }
]

private func produce(_ count: Int, seed: UInt64, _ bench: Workbench, _ witness: Witness) async throws {
    var random = SeededRandom(seed: seed)
    var left = count
    while left > 0 {
        let size = min(left, Int.random(in: 1...40, using: &random))
        let jobs = (0..<size).map { _ in
            let priority = Priority(UInt8.random(in: 4...6, using: &random)) ?? .normal
            let delayed = Int.random(in: 0..<10, using: &random) == 0
            return Bench.job(
                queue: Bool.random(using: &random) ? "a" : "b", priority: priority, runAt: delayed ? 1 : nil)
        }
        witness.enqueued(try await bench.enqueue(jobs))
        left -= size
    }
}

private func consume(until total: Int, seed: UInt64, _ bench: Workbench, _ witness: Witness) async throws {
    var random = SeededRandom(seed: seed)
    while witness.completedCount < total {
        let jobs = bench.store.claim(from: ["b", "a"], limit: Int.random(in: 1...50, using: &random))
        witness.claimed(jobs)
        guard !jobs.isEmpty else {
            _ = try await bench.store.promoteDue(at: Bench.time(100))
            continue
        }
        var rest = jobs[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Int.random(in: 1...20, using: &random)))
            rest = rest.dropFirst(part.count)
            let dice = Int.random(in: 0..<10, using: &random)
            guard dice > 3 else {
                witness.letGo(part)
                switch dice {
                case 0: try await bench.settle(Bench.retry(at: 50), part)
                case 1: try await bench.settle(.requeue(failure: Bench.crash), part)
                case 2: try await bench.settle(Bench.snooze(until: 20), part)
                default: bench.store.release(part.map(\.lease))
                }
                continue
            }
            let outcomes = try await bench.settle(.complete(result: []), part)
            #expect(outcomes.allSatisfy { $0 == .settled(.completed) })
            witness.letGo(part)
            witness.completed(part)
        }
    }
}
