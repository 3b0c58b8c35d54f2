/// How the workers of one pool are started, kept and stopped.
package struct PoolSettings: Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// Long-lived processes that speak the worker protocol.
        case socket
        /// One process for each job: payload on stdin, result on stdout.
        case exec
        /// Long-lived processes that get no jobs from here: only started, kept and scaled.
        case service
    }

    /// When a service worker counts as ready.
    package enum Readiness: Sendable, Hashable {
        /// It says so: `READY=1` to the socket that `NOTIFY_SOCKET` names.
        case notify
        /// It has run for so long.
        case after(Duration)
    }

    package var name: String
    package var kind: Kind
    /// The program and its arguments; never given to a shell.
    package var command: [String]
    /// The queues it serves, in order of precedence.
    package var queues: [String]
    /// How many processes are wanted at the start.
    package var processes: Int
    /// The bounds for scaling.
    package var bounds: ClosedRange<Int>
    /// Jobs in flight per process; 1 for exec pools, 0 for service pools.
    package var concurrency = 1
    /// All of the processes' environment, apart from what jobsup adds.
    package var environment: [String: String] = [:]
    package var directory: String?
    package var user: String?
    package var group: String?
    /// From the start of the process to its READY.
    package var bootTimeout: Duration = .seconds(60)
    /// Between asking, SIGTERM and SIGKILL.
    package var stopGrace: Duration = .seconds(10)
    /// For service pools.
    package var readiness = Readiness.after(.seconds(1))
    /// A worker that sends no `WATCHDOG=1` for so long is ended; `nil` for none, unless the worker asks for it.
    package var watchdog: Duration?
    /// How long the first worker of a new generation is watched when it gets few jobs.
    package var rolloutPatience: Duration = .seconds(10)
    package var recycle = RecyclePolicy()
    package var restart = RestartPolicy()
    package var limits = WorkerLimits()

    package init(
        name: String, kind: Kind, command: [String], queues: [String], processes: Int, bounds: ClosedRange<Int>
    ) {
        self.name = name
        self.kind = kind
        self.command = command
        self.queues = queues
        self.processes = processes
        self.bounds = bounds
    }

    /// What is watched over by measuring: where the kernel does not hold a worker to `memory_max`, this does.
    package var watchedMemory: RecyclePolicy {
        var policy = recycle
        policy.memoryHardBytes = [recycle.memoryHardBytes, limits.memoryMaxBytes].compactMap(\.self).min()
        return policy
    }

    /// Whether workers started with the other settings can go on under these: only numbers of the pool differ.
    package func keepsWorkers(of other: PoolSettings) -> Bool {
        withProgram(of: other) == self
    }

    /// The numbers of these settings with all else as in the other ones.
    package func withProgram(of other: PoolSettings) -> PoolSettings {
        var result = other
        result.processes = processes
        result.bounds = bounds
        result.restart = restart
        result.bootTimeout = bootTimeout
        result.stopGrace = stopGrace
        result.rolloutPatience = rolloutPatience
        return result
    }
}
