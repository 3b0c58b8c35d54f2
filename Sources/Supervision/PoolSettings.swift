/// How the workers of one pool are started, kept and stopped.
package struct PoolSettings: Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// Long-lived processes that speak the worker protocol.
        case socket
        /// One process for each job: payload on stdin, result on stdout.
        case exec
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
    /// Jobs in flight per process; 1 for exec pools.
    package var concurrency: Int
    /// All of the processes' environment, apart from what jobsup adds.
    package var environment: [String: String]
    package var directory: String?
    package var user: String?
    package var group: String?
    /// From the start of the process to its READY.
    package var bootTimeout: Duration
    /// Between asking, SIGTERM and SIGKILL.
    package var stopGrace: Duration

    package init(
        name: String, kind: Kind, command: [String], queues: [String], processes: Int, bounds: ClosedRange<Int>,
        concurrency: Int = 1, environment: [String: String] = [:], directory: String? = nil, user: String? = nil,
        group: String? = nil, bootTimeout: Duration = .seconds(60), stopGrace: Duration = .seconds(10)
    ) {
        self.name = name
        self.kind = kind
        self.command = command
        self.queues = queues
        self.processes = processes
        self.bounds = bounds
        self.concurrency = concurrency
        self.environment = environment
        self.directory = directory
        self.user = user
        self.group = group
        self.bootTimeout = bootTimeout
        self.stopGrace = stopGrace
    }
}
