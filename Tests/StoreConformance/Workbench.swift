import JobModel
import JobStore
import Testing

/// An open store with an ear on its signals, and the words that checks are written in.
package final class Workbench: Sendable {
    package let store: any JobStore
    package let signals = SignalLog()

    package init(_ place: any StorePlace) throws {
        store = try place.open()
        store.observe(signals.receive)
    }

    package func close() {
        store.close()
    }

    /// The instant that checks begin at.
    package static let start = Timestamp(milliseconds: 1_700_000_000_000)

    package static func time(_ seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + seconds * 1000)
    }

    package static func job(
        _ type: String = "work", queue: String = "default", priority: Priority = .normal, payload: String = "{}",
        at second: Int64 = 0, runAt: Int64? = nil, key: String? = nil, requestID: String? = nil
    ) -> NewJob {
        NewJob(
            type: type, queue: queue, payload: Array(payload.utf8), priority: priority, maxAttempts: 3,
            timeoutMilliseconds: 5000, enqueuedAt: time(second), runAt: runAt.map(time), key: key,
            requestID: requestID)
    }

    package static func jobs(_ count: Int, queue: String = "default", priority: Priority = .normal) -> [NewJob] {
        (0..<count).map { job(queue: queue, priority: priority, payload: "\($0)") }
    }

    package static let error = Failure(cause: .error, type: "Oops", message: "it broke")
    package static let crash = Failure(cause: .crash, type: "SIGKILL", message: "killed")

    @discardableResult
    package func enqueue(_ jobs: [NewJob]) async throws -> [JobID] {
        try await store.enqueue(jobs).map(\.id)
    }

    @discardableResult
    package func enqueue(_ job: NewJob) async throws -> JobID {
        let ids = try await enqueue([job])
        return try #require(ids.first)
    }

    /// Claims until it has as many as asked for. Falls short only when the store never says that more came to hand.
    package func claim(_ count: Int, from queues: [String] = ["default"]) async throws -> [ClaimedJob] {
        var claimed: [ClaimedJob] = []
        while true {
            let heard = signals.heard.ready
            claimed += store.claim(from: queues, limit: count - claimed.count)
            if claimed.count == count { return claimed }
            try await signals.wait("\(count - claimed.count) more jobs") { $0.ready > heard }
        }
    }

    package func claimOne(from queues: [String] = ["default"]) async throws -> ClaimedJob {
        let claimed = try await claim(1, from: queues)
        return try #require(claimed.first)
    }

    /// Waits until everything handed in before has taken effect.
    package func settleDown() async throws {
        _ = try await store.settle([])
    }

    @discardableResult
    package func settle(_ verdict: Verdict, _ jobs: [ClaimedJob], at second: Int64 = 10) async throws
        -> [SettlementOutcome]
    {
        try await store.settle(jobs.map { Self.settlement(verdict, $0.lease, at: second) })
    }

    package static func settlement(
        _ verdict: Verdict, _ lease: Lease, at second: Int64 = 10, worker: String = "pool-1"
    ) -> Settlement {
        Settlement(
            lease: lease, verdict: verdict, worker: worker, startedAt: time(second - 1), endedAt: time(second))
    }

    package static func retry(at second: Int64) -> Verdict {
        .postpone(until: time(second), reason: .retry, usesAttempt: true, failure: error)
    }

    package static func snooze(until second: Int64) -> Verdict {
        let failure = Failure(cause: .snoozed, type: "", message: "later")
        return .postpone(until: time(second), reason: .snoozed, usesAttempt: false, failure: failure)
    }

    package func record(_ id: JobID) async throws -> JobRecord {
        let found = try await store.find(id)
        return try #require(found, "job \(id)")
    }

    package func state(_ id: JobID) async throws -> JobState? {
        try await store.find(id)?.state
    }

    package func counts(_ queue: String = "default") -> QueueCounts {
        store.counts().first { $0.queue == queue } ?? QueueCounts(queue: queue)
    }
}

extension QueueCounts {
    /// The counts as one line, for comparing at a glance.
    package var line: String {
        let ended = JobState.finished.compactMap { state in
            finished[state].flatMap { $0 == 0 ? nil : " \(state.name) \($0)" }
        }
        return "pending \(pending) queued \(queued) processing \(processing)" + ended.joined()
    }
}
