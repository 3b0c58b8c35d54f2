import ProcessHost
import Supervision

extension SpawnRequest {
    /// The command of a pool with a complete environment.
    init(
        pool: PoolSettings, worker: String, environment: [String: String], notifySocket: NotifySocket? = nil
    ) {
        self.init(
            executable: pool.command.first ?? "", arguments: Array(pool.command.dropFirst()),
            environment: environment, directory: pool.directory ?? "/", user: pool.user, group: pool.group,
            umask: pool.limits.umask, limits: ProcessLimits(pool.limits),
            controlGroup: ControlGroupLimits(pool.limits, name: worker), notifySocket: notifySocket)
    }
}

extension ProcessLimits {
    init(_ limits: WorkerLimits) {
        self.init(
            openFiles: limits.openFiles.map(UInt64.init), processes: limits.processes.map(UInt64.init),
            coreBytes: limits.coreBytes.map(UInt64.init), fileBytes: limits.fileBytes.map(UInt64.init),
            cpuSeconds: limits.cpuSeconds.map(UInt64.init),
            addressSpaceBytes: limits.addressSpaceBytes.map(UInt64.init), nice: limits.nice.map(Int32.init(clamping:)),
            oomScoreAdjust: limits.oomScoreAdjust.map(Int32.init(clamping:)))
    }
}

extension ControlGroupLimits {
    package init(_ limits: WorkerLimits, name: String) {
        self.init(
            name: name, memoryHighBytes: limits.memoryHighBytes, memoryMaxBytes: limits.memoryMaxBytes,
            cpuWeight: limits.cpuWeight, cpuPercent: limits.cpuPercent, pidsMax: limits.pidsMax,
            ioWeight: limits.ioWeight)
    }
}
