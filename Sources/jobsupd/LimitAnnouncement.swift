import Engine
import Logging
import ProcessHost
import Server
import Supervision

/// Says by what workers are held to their limits, and which limits nobody holds them to.
struct LimitAnnouncement: Sendable {
    let support: ControlGroupSupport
    let host: ProcessHost
    let logger: Logger

    func announce() {
        logger.info("limits of workers: \(WorkerLimitFacts(support).message)")
    }

    func warn(of pools: [PoolSettings]) {
        for pool in pools {
            let missing = host.unsupportedLimits(of: ControlGroupLimits(pool.limits, name: pool.name))
            guard !missing.isEmpty else { continue }
            logger.warning(
                "pool \(pool.name): nothing holds its workers to \(missing.joined(separator: ", ")): \(WorkerLimitFacts(support).message)",
                metadata: ["pool": "\(pool.name)"])
        }
    }
}
