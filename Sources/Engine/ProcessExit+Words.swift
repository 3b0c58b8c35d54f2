import Glibc
import ProcessHost

extension ProcessExit {
    var isSuccess: Bool { cause == .code(0) }

    /// Whether the process did not end by itself.
    var isDeath: Bool {
        switch cause {
        case .code: false
        case .signal, .unknown: true
        }
    }

    /// The end in one word, for records: `exit 3`, `SIGKILL`.
    var shortName: String {
        switch cause {
        case .code(let code): "exit \(code)"
        case .signal(let number, _): Self.name(ofSignal: number)
        case .unknown: "unknown end"
        }
    }

    /// The end as an operator reads it.
    var words: String {
        switch cause {
        case .unknown: "ended, and nobody can say how"
        case .code(0): "ended by itself with success"
        case .code(let code): "ended with exit code \(code)"
        case .signal(let number, let dumped):
            "was killed by \(Self.name(ofSignal: number))\(dumped ? " and left a core dump" : "")"
        }
    }

    /// The name of the signal that ended it, if one did.
    var signalName: String? {
        if case .signal(let number, _) = cause { return Self.name(ofSignal: number) }
        return nil
    }

    private static func name(ofSignal number: Int32) -> String {
        let names = [
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS",
        ]
        return (1...names.count).contains(Int(number)) ? "SIG" + names[Int(number) - 1] : "signal \(number)"
    }
}

extension ProcessHandle {
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
