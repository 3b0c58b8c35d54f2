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
        let records = records
        let now = time.now()
        return try await loop.flatSubmit {
            do {
                return try rooms.value.scale(name, order, at: now, records)
            } catch {
                return rooms.value.context.loop.makeFailedFuture(error)
            }
        }.get()
    }

    /// What is seen now, and what would be done; `nil` when there is no such pool.
    package func scalingStatus(of name: String) async throws -> ScalingStatus? {
        let rooms = rooms
        return try await loop.submit {
            rooms.value.pool(named: name).flatMap { rooms.value.autoscaler.status(of: $0) }
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

extension Engine.Rooms {
    /// The store keeps the order of what it is handed, so orders take effect in the order of their coming.
    fileprivate func scale(
        _ name: String, _ order: ScaleOrder, at now: Timestamp, _ records: any PoolRecords
    ) throws -> EventLoopFuture<ScaleOutcome?> {
        try refuseWhileStopping()
        let loop = context.loop
        guard let pool = pool(named: name) else { return loop.makeSucceededFuture(nil) }
        let manual = try order.manual(
            current: autoscaler.orders.count(of: name) ?? pool.wanted, bounds: pool.settings.bounds, pool: name,
            now: now)
        if order.isDryRun { return loop.makeSucceededFuture(autoscaler.preview(manual, of: pool)) }
        autoscaler.orders.append(manual, of: name)
        let promise = loop.makePromise(of: ScaleOutcome?.self)
        let me = NIOLoopBound(self, eventLoop: loop)
        records.setPoolSetting(manual?.text, of: name) { result in
            loop.execute {
                let rooms = me.value
                switch result {
                case .success:
                    rooms.autoscaler.orders.removeFirst(of: name)
                    promise.succeed(rooms.obey(manual, of: name, by: order.who))
                case .failure(let error):
                    rooms.autoscaler.orders.removeFirst(of: name, failed: true)
                    promise.fail(error)
                }
            }
        }
        return promise.futureResult
    }

    private func obey(_ manual: ManualScale?, of name: String, by who: String) -> ScaleOutcome? {
        guard let pool = pool(named: name) else { return nil }
        let before = pool.wanted
        autoscaler.set(manual, of: pool, by: who)
        let reason = autoscaler.scaler(of: pool).applied?.sentence ?? ""
        return ScaleOutcome(pool: status(of: pool), from: before, to: pool.wanted, reason: reason)
    }
}

extension Autoscaler {
    func status(of pool: any WorkerPool) -> ScalingStatus? {
        let scaler = scaler(of: pool)
        return foresee(pool, scaler.manual).map { seen, decision in
            ScalingStatus(
                pool: pool.settings.name, rule: scaler.scaling?.rule,
                poolClass: "\(settings.classes[pool.settings.name] ?? .default)", manual: scaler.manual,
                observation: seen, signal: scaler.signal?.status(at: seen.time), decision: decision)
        }
    }

    /// What would come of a setting.
    func preview(_ manual: ManualScale?, of pool: any WorkerPool) -> ScaleOutcome {
        let decision = foresee(pool, manual)?.decision
        return ScaleOutcome(
            pool: pool.status(), from: pool.wanted, to: decision?.wanted ?? pool.wanted,
            reason: decision?.sentence ?? "")
    }
}
