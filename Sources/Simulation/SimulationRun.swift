import Scaling

/// What came of a trace under a policy.
package struct SimulationRun: Sendable, Hashable {
    /// The pool at one decision.
    package struct Moment: Sendable, Hashable {
        package var seconds: Double
        package var wanted: Int
        package var ready: Int
        /// Processes, with those that start and those that leave.
        package var processes: Int
        package var depth: Int
        package var oldestSeconds: Double
    }

    /// From arrival to the start of the attempt that ended it, in the order of the trace.
    package var waits: [Double] = []
    package var moments: [Moment] = []
    /// From the start of each process to its end.
    package var workerSeconds = 0.0
    /// Changes of the wanted number against the one before, less than a minute after it.
    package var reversals = 0
    package var changes = 0
    package var starts = 0
    /// Busy workers that were told to leave, and of those the ones that were killed with their job.
    package var busyVictims = 0
    package var killedJobs = 0
    /// Jobs that had not ended an hour after the trace; their wait is all the time until then.
    package var unfinished = 0
    /// When the last job had ended, or the trace.
    package var endSeconds = 0.0
    /// How often each rule changed the number.
    package var rules: [ScalingRule: Int] = [:]
}
