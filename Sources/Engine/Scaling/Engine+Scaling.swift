import JobModel
import JobStore
import NIOCore
import Scaling

/// Asking how many workers a pool has and why, and setting it.
extension Engine {
    /// Sets the number of processes, or its limits, or gives them back; `nil` when there is no such pool. What is set is on disk
    /// before it takes effect, and holds when the daemon is started again.
    package func scale(_ name: String, _ order: ScaleOrder) async throws -> ScaleOutcome? {
        let rooms = rooms
        let now = time.now()
        let plan = try await loop.submit { () -> (manual: ManualScale?, outcome: ScaleOutcome)? in
            try rooms.value.refuseWhileStopping()
            guard let pool = rooms.value.pool(named: name) else { return nil }
            let manual = try order.manual(
                current: pool.wanted, bounds: pool.settings.bounds, pool: name, now: now)
            return (manual, rooms.value.autoscaler.preview(manual, of: pool))
        }.get()
        guard let plan else { return nil }
        if order.isDryRun { return plan.outcome }
        try await records.setPoolSetting(plan.manual?.text, of: name)
        return try await loop.submit { () -> ScaleOutcome? in
            guard let pool = rooms.value.pool(named: name) else { return nil }
            let before = pool.wanted
            rooms.value.autoscaler.set(plan.manual, of: pool, by: order.who)
            return ScaleOutcome(
                pool: rooms.value.status(of: pool), from: before, to: pool.wanted, reason: plan.outcome.reason)
        }.get()
    }

    /// What is seen now, and what would be done; `nil` when there is no such pool.
    package func scalingStatus(of name: String) async throws -> ScalingStatus? {
        let rooms = rooms
        return try await loop.submit {
            rooms.value.pool(named: name).map { rooms.value.autoscaler.status(of: $0) }
        }.get()
    }

    /// What was decided, newest first; empty for a pool that is not known.
    package func scalingHistory(of pool: String, limit: Int) async throws -> [ScalingRecord] {
        try await records.poolHistory(of: pool, limit: limit).compactMap(ScalingRecord.init)
    }

    /// A stretch of the jobs that a pool's queues had since an instant, oldest first; `nil` when there is no such pool.
    package func pastJobs(
        of name: String, since: Timestamp, after: JobID, limit: Int
    ) async throws -> [PastJob]? {
        let rooms = rooms
        let queues = try await loop.submit { rooms.value.pool(named: name)?.settings.queues }.get()
        guard let queues else { return nil }
        return try await records.pastJobs(of: queues, since: since, after: after, limit: limit)
    }
}

extension Autoscaler {
    func status(of pool: any WorkerPool) -> ScalingStatus {
        let scaler = scaler(of: pool)
        let seen = observation(of: pool)
        return ScalingStatus(
            pool: pool.settings.name, policy: scaler.scaling?.rule.name,
            poolClass: "\(settings.classes[pool.settings.name] ?? .default)", manual: scaler.manual, observation: seen,
            signal: scaler.signal?.status(at: seen.time), decision: scaler.wouldDecide(seen, scaler.manual))
    }

    /// What would come of a setting.
    func preview(_ manual: ManualScale?, of pool: any WorkerPool) -> ScaleOutcome {
        let seen = observation(of: pool)
        let decision = scaler(of: pool).wouldDecide(seen, manual)
        return ScaleOutcome(
            pool: pool.status(), from: pool.wanted, to: decision.wanted, reason: decision.sentence)
    }
}
