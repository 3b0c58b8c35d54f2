/// How a worker came to its end: the kernel's word, and what the daemon knows beside it.
package enum EndCause: Hashable, Sendable {
    case exitCode(Int32)
    case signal(String)
    case coreDumped(String)
    /// The kernel killed it for want of memory: in its own control group, or somewhere on the machine at that moment.
    case outOfMemory(peakBytes: Int?, isCertain: Bool)
    case bootTimeout(Duration)
    case memoryLimit(bytes: Int, limit: Int)
    case jobTimeout(job: String)
    case watchdog(Duration)
    case lostConnection(String)
    case recycled(RecycleReason)
    /// It was asked to leave, and did.
    case drained(StopReason)
    /// It was ended by the daemon for another reason than those above.
    case stopped(StopReason)
    case spawnFailed(String)
    /// It was killed, and the kernel does not let go of it.
    case unkillable
    case unknown

    /// What the kernel says of an end.
    package enum Status: Hashable, Sendable {
        case code(Int32)
        case signal(String, coreDumped: Bool)
        case unknown

        /// Whether a process may end so that is ended by the daemon, with nothing wrong beside.
        package var isOfStop: Bool {
            if case .signal(let name, let coreDumped) = self {
                !coreDumped && ["SIGTERM", "SIGKILL"].contains(name)
            } else {
                true
            }
        }
    }

    /// Whether it says how the process ended; otherwise it says why the daemon ended it.
    package var isStatus: Bool {
        switch self {
        case .exitCode, .signal, .coreDumped, .outOfMemory, .spawnFailed, .unkillable, .unknown: true
        default: false
        }
    }

    /// `oomKills` counts what the kernel killed in the worker's own control group, `machineOOMKills` on the whole
    /// machine while it ended.
    package init(
        _ status: Status, after reason: StopReason?, peakBytes: Int? = nil, oomKills: Int = 0, machineOOMKills: Int = 0
    ) {
        let isKilled = if case .signal("SIGKILL", _) = status { true } else { false }
        if isKilled, oomKills > 0 {
            self = .outOfMemory(peakBytes: peakBytes, isCertain: true)
            return
        }
        switch reason {
        case .bootTimeout(let limit)?: self = .bootTimeout(limit)
        case .memoryLimit(let bytes, let limit)?: self = .memoryLimit(bytes: bytes, limit: limit)
        case .jobTimeout(let job)?: self = .jobTimeout(job: job)
        case .watchdog(let interval)?: self = .watchdog(interval)
        case .lostConnection(let why)?: self = .lostConnection(why)
        case .recycled(let why)? where status == .code(0): self = .recycled(why)
        case let reason? where status == .code(0): self = .drained(reason)
        case let reason?: self = .stopped(reason)
        case nil: self = Self.unasked(status, peakBytes: peakBytes, machineOOMKills: machineOOMKills)
        }
    }

    private static func unasked(_ status: Status, peakBytes: Int?, machineOOMKills: Int) -> EndCause {
        switch status {
        case .code(let code): .exitCode(code)
        case .signal("SIGKILL", _) where machineOOMKills > 0: .outOfMemory(peakBytes: peakBytes, isCertain: false)
        case .signal(let name, let dumped): dumped ? .coreDumped(name) : .signal(name)
        case .unknown: .unknown
        }
    }

    /// Whether the worker asked that nothing is started in its place.
    package var isHold: Bool { self == .exitCode(PoolHealth.holdExitCode) }

    /// Whether it says only that the daemon ended it, and for which reason.
    package var isStopped: Bool {
        if case .stopped = self { true } else { false }
    }

    /// For programs and queries.
    package var name: String {
        switch self {
        case .exitCode: "exit_code"
        case .signal: "signal"
        case .coreDumped: "core_dumped"
        case .outOfMemory: "out_of_memory"
        case .bootTimeout: "boot_timeout"
        case .memoryLimit: "memory_limit"
        case .jobTimeout: "job_timeout"
        case .watchdog: "watchdog"
        case .lostConnection: "lost_connection"
        case .recycled: "recycled"
        case .drained: "drained"
        case .stopped: "stopped"
        case .spawnFailed: "spawn_failed"
        case .unkillable: "unkillable"
        case .unknown: "unknown"
        }
    }

    /// As the end of "worker mail-3 …".
    package var words: String {
        switch self {
        case .exitCode(0): "ended by itself with success"
        case .exitCode(PoolHealth.holdExitCode): "ended with exit code 125, which asks for no other start"
        case .exitCode(let code): "ended with exit code \(code)"
        case .signal(let name): "was killed by \(name)"
        case .coreDumped(let name): "was killed by \(name) and left a core dump"
        case .outOfMemory(let peak, let isCertain):
            "was \(isCertain ? "" : "probably ")killed by the kernel for want of memory"
                + (peak.map { " at \($0.inMebibytes)" } ?? "")
        case .bootTimeout(let limit): "was not ready within \(limit.inWords) and was ended"
        case .memoryLimit(let bytes, let limit):
            "was stopped at \(bytes.inMebibytes), over its hard limit of \(limit.inMebibytes)"
        case .jobTimeout(let job): "was ended because job \(job) went on after its time"
        case .watchdog(.zero): "was ended because it said itself that it has failed"
        case .watchdog(let interval): "was ended because it gave no sign of life for \(interval.inWords)"
        case .lostConnection(let why): "was ended: \(why)"
        case .recycled, .drained: reasonWords.map { "left: \($0)" } ?? "left"
        case .stopped: reasonWords.map { "was ended: \($0)" } ?? "was ended"
        case .spawnFailed(let why): "could not be started: \(why)"
        case .unkillable: "was killed and does not end: the kernel holds it"
        case .unknown: "ended, and nobody can say how"
        }
    }

    private var reasonWords: String? {
        switch self {
        case .recycled(let reason): StopReason.recycled(reason).words
        case .drained(let reason), .stopped(let reason): reason.words
        default: nil
        }
    }
}
