import Glibc
import ProcessHost
import Supervision

extension ProcessExit {
    var isSuccess: Bool { cause == .code(0) }

    /// Whether the process did not end by itself.
    var isDeath: Bool {
        switch cause {
        case .code: false
        case .signal, .unknown: true
        }
    }

    /// The name of the signal that ended it, if one did.
    var signalName: String? {
        if case .signal(let number, _) = cause { return Self.name(ofSignal: number) }
        return nil
    }

    fileprivate static func name(ofSignal number: Int32) -> String {
        let names = [
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS",
        ]
        return (1...names.count).contains(Int(number)) ? "SIG" + names[Int(number) - 1] : "signal \(number)"
    }
}

extension EndCause.Status {
    init(_ cause: ProcessExit.Cause) {
        switch cause {
        case .code(let code): self = .code(code)
        case .signal(let number, let dumped): self = .signal(ProcessExit.name(ofSignal: number), coreDumped: dumped)
        case .unknown: self = .unknown
        }
    }
}

extension EndCause {
    /// `peakBytes` is what was measured, should the kernel not have counted.
    init(_ exit: ProcessExit, after reason: StopReason?, peakBytes: Int?) {
        self.init(
            Status(exit.cause), after: reason, peakBytes: exit.peakMemoryBytes ?? peakBytes, oomKills: exit.oomKills,
            machineOOMKills: exit.machineOOMKills)
    }

    /// In one word, for the record of a job that it took down: `exit 3`, `SIGKILL`.
    var failureType: String {
        switch self {
        case .exitCode(let code): "exit \(code)"
        case .signal(let name), .coreDumped(let name): name
        case .outOfMemory: "OutOfMemory"
        case .bootTimeout: "BootTimeout"
        case .memoryLimit: "MemoryLimit"
        case .jobTimeout: "Timeout"
        case .watchdog: "Watchdog"
        case .lostConnection: "LostConnection"
        case .recycled, .drained, .stopped, .spawnFailed: "Stopped"
        case .unkillable: "Unkillable"
        case .unknown: "unknown end"
        }
    }
}

extension ProcessHandle {
    /// Asks the process alone, which sees to its children itself.
    func terminateAlone() {
        signal(SIGTERM)
        signal(SIGCONT)
    }

    /// Asks the process and its group to end. One that is stopped is continued, or it would never hear of it.
    func terminate() {
        signalGroup(SIGTERM)
        signalGroup(SIGCONT)
    }
}

extension OutputLine {
    var streamName: String { stream == .error ? "stderr" : "stdout" }
}

extension SpawnError {
    /// What is wrong and what to do.
    var words: String { "\(description): \(hint)" }
}
