import JobModel
import NIOCore
import Scaling
import Supervision

/// Asking about pools, and changing them.
extension Engine {
    package func pools() async throws -> [PoolStatus] {
        let rooms = rooms
        return try await loop.submit {
            // One that is being removed may have the same name as another.
            let pools = rooms.value.pools
            return (pools.filter { !$0.isRemoved } + pools.filter(\.isRemoved)).map { rooms.value.status(of: $0) }
        }.get()
    }

    /// Replaces all workers of a pool one by one, with another command if one is given; `nil` when there is no such pool.
    package func rollOut(_ name: String, command: [String]?) async throws -> PoolStatus? {
        try await withPool(name) { pool in
            guard pool.settings.kind != .exec else {
                throw Refusal(
                    code: "nothing_to_roll_out", message: "pool '\(name)' starts its program anew for each job",
                    hint: "the next job runs the program that is there then")
            }
            var settings = pool.takenBack == nil ? pool.settings : pool.configured
            if let command { settings.command = command }
            pool.rollOut(settings)
        }
    }

    /// Starts what a pool that is degraded or held keeps back; `nil` when there is no such pool.
    package func resume(_ name: String) async throws -> PoolStatus? {
        try await withPool(name) { $0.resume() }
    }

    /// Refuses when the daemon is about to stop.
    package func checkNotStopping() async throws {
        let rooms = rooms
        try await loop.submit { try rooms.value.refuseWhileStopping() }.get()
    }

    private func withPool(
        _ name: String, _ body: @escaping @Sendable (any WorkerPool) throws -> Void
    ) async throws -> PoolStatus? {
        let rooms = rooms
        return try await loop.submit {
            try rooms.value.refuseWhileStopping()
            guard let pool = rooms.value.pool(named: name) else { return nil }
            try body(pool)
            return rooms.value.status(of: pool)
        }.get()
    }

    /// Brings the pools and the rules of job types to what a new configuration says; gives the changes in words.
    package func reload(
        _ pools: [PoolSettings], _ scaling: MachineScaling, _ intake: Intake
    ) async throws -> [String] {
        let rooms = rooms
        let shared = self.intake
        let changes = try await loop.submit {
            try rooms.value.refuseWhileStopping()
            let old = shared.value
            shared.replace(by: intake.keepingPayloadLimit(of: old))
            let kept = pools.map(\.name).filter { rooms.value.pool(named: $0) != nil }
            let rules = scaling.changes(from: rooms.value.autoscaler.settings, of: kept)
            // Before their numbers: who decides them may have changed.
            rooms.value.autoscaler.adopt(scaling)
            let changes = rooms.value.adopt(pools) + rules + intake.changes(from: old)
            // A limit of memory may be new.
            rooms.value.context.started()
            rooms.value.processEnded()
            rooms.value.dispatcher.pump()
            return changes
        }.get()
        emit(.reloaded(changes: changes))
        return changes
    }
}

extension Engine.Rooms {
    func status(of pool: any WorkerPool) -> PoolStatus {
        var status = pool.status()
        let scaler = autoscaler.scaler(of: pool)
        status.policy = scaler.scaling?.rule.name
        status.manual = scaler.manual
        return status
    }

    /// What is started while the daemon stops would never be stopped.
    func refuseWhileStopping() throws(Refusal) {
        guard drained != nil else { return }
        throw Refusal(
            code: "stopping", message: "the daemon stops, and changes nothing any more",
            hint: "wait until it runs again: systemctl status supervisor")
    }

    fileprivate func adopt(_ wanted: [PoolSettings]) -> [String] {
        var changes: [String] = []
        for pool in pools where !pool.isRemoved {
            guard let new = wanted.first(where: { $0.name == pool.settings.name && $0.kind == pool.settings.kind })
            else {
                pool.remove()
                changes.append("pool \(pool.settings.name) is drained and removed")
                continue
            }
            guard new != pool.configured else {
                if pool.takenBack != nil {
                    changes.append(
                        "pool \(new.name) keeps its former settings, since these were taken back; "
                            + "try them again: jobsup rollout \(new.name)")
                }
                continue
            }
            let isAsItRuns = new == pool.settings
            // What runs may be what is wanted although it is not what was configured before: when that was taken back.
            let numbersOnly = new.keepsWorkers(of: pool.configured) || new.keepsWorkers(of: pool.settings)
            pool.configured = new
            if isAsItRuns {
                changes.append("pool \(new.name) goes on as it is")
            } else if numbersOnly {
                pool.change(to: new.withProgram(of: pool.settings))
                changes.append("pool \(new.name) goes on with other numbers")
            } else {
                pool.rollOut(new)
                changes.append("pool \(new.name) is rolled out anew")
            }
        }
        for new in wanted where !pools.contains(where: { $0.settings.name == new.name && !$0.isRemoved }) {
            let pool = Engine.makePool(new, context)
            dispatcher.pools.append(pool)
            start(pool)
            changes.append("pool \(new.name) is started")
        }
        return changes
    }
}
