/// What one worker process and its descendants may use. `nil` leaves a limit as the daemon has it.
package struct WorkerLimits: Sendable, Hashable {
    // Of the worker's control group, where the daemon has one delegated.
    package var memoryHighBytes: Int?
    package var memoryMaxBytes: Int?
    package var cpuWeight: Int?
    /// 150 are one and a half processors.
    package var cpuPercent: Int?
    package var pidsMax: Int?
    package var ioWeight: Int?

    // Of the process, inherited by its descendants.
    package var openFiles: Int?
    package var processes: Int?
    package var coreBytes: Int?
    package var fileBytes: Int?
    package var cpuSeconds: Int?
    package var addressSpaceBytes: Int?
    package var nice: Int?
    package var oomScoreAdjust: Int?
    package var umask: UInt32?

    package init() {}
}
