import JobModel
import NIOCore
import Supervision

/// Asking about pools, and changing them.
extension Engine {
    package func pools() async throws -> [PoolStatus] {
        let rooms = rooms
        return try await loop.submit {
            // One that is being removed may have the same name as another.
            let pools = rooms.value.pools
            return (pools.filter { !$0.isRemoved } + pools.filter(\.isRemoved)).map { $0.status() }
        }.get()
    }

    /// Sets the wanted number of processes; `nil` when there is no such pool.
    package func scale(_ name: String, _ change: ScaleChange) async throws -> PoolStatus? {
        let emit = emit
        return try await withPool(name) { pool in
            let before = pool.status().wanted
            let wanted = change.wanted(from: before)
            guard pool.settings.bounds.contains(wanted) else {
                throw Refusal(
                    code: "out_of_bounds",
                    message: "pool '\(name)' cannot have \(wanted) processes: its bounds are "
                        + "\(pool.settings.bounds.lowerBound) to \(pool.settings.bounds.upperBound)",
                    hint: "choose a number within the bounds, or change pools.\(name).processes in the configuration")
            }
            pool.scale(to: wanted)
            emit(.poolScaled(pool: name, from: before, to: wanted))
        }
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
            let pool = rooms.value.pools.first { $0.settings.name == name && !$0.isRemoved }
            guard let pool else { return nil }
            try body(pool)
            return pool.status()
        }.get()
    }

    /// Brings the pools and the rules of job types to what a new configuration says; gives the changes in words.
    package func reload(_ pools: [PoolSettings], _ intake: Intake) async throws -> [String] {
        let rooms = rooms
        let shared = self.intake
        let changes = try await loop.submit {
            try rooms.value.refuseWhileStopping()
            shared.replace(by: intake.keepingPayloadLimit(of: shared.value))
            let changes = rooms.value.adopt(pools)
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
            pool.start()
            changes.append("pool \(new.name) is started")
        }
        return changes
    }
}
