import Glibc

/// Why a program was not started, one case for each thing an operator can do about it.
package enum SpawnError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `searched` is the `PATH` when the executable was given by name.
    case executableNotFound(String, searched: String?)
    case notExecutable(String, reason: String)
    /// The first line of the script names a program that cannot be run.
    case badInterpreter(script: String, interpreter: String)
    case wrongFormat(String)
    case directoryUnusable(String, reason: String)
    case unknownUser(String)
    case unknownGroup(String)
    /// This process may not become that user or group.
    case userNotPermitted(String)
    /// A text that cannot be handed to a program.
    case invalidText(String)
    case argumentsTooLong
    /// A limit above what this process may give.
    case limitTooHigh(ResourceLimit, asked: UInt64, allowed: UInt64)
    /// A number that the kernel does not know for this.
    case limitOutOfRange(String, asked: Int64, allowed: ClosedRange<Int64>)
    /// The program cannot even begin within this limit.
    case limitTooLow(ResourceLimit, limit: UInt64)
    case niceNotPermitted(Int32)
    case oomScoreNotPermitted(Int32)
    /// The control group for the process cannot be made, limited, or entered.
    case controlGroupUnusable(String, reason: String)
    case tooManyProcesses
    case tooManyDescriptors
    case outOfMemory
    case launcherUnusable(String, reason: String)
    case other(SystemCallFailure)

    /// The same request may well succeed later, without anybody changing it or the programs.
    package var isTransient: Bool {
        switch self {
        case .tooManyProcesses, .tooManyDescriptors, .outOfMemory, .limitTooLow(.processes, _), .controlGroupUnusable,
            .other:
            true
        default: false
        }
    }

    /// Causes that any step can have; everything else is told by its step.
    init(_ failure: SystemCallFailure) {
        switch failure.code {
        case EAGAIN: self = .tooManyProcesses
        case EMFILE, ENFILE: self = .tooManyDescriptors
        case ENOMEM: self = .outOfMemory
        default: self = .other(failure)
        }
    }

    package var description: String {
        switch self {
        case .executableNotFound(let name, let path?): "there is no program \(name) in PATH (\(path))"
        case .executableNotFound(let path, nil): "there is no program \(path)"
        case .notExecutable(let path, let reason): "\(path) cannot be executed: \(reason)"
        case .badInterpreter(let script, let interpreter):
            "the script \(script) names the interpreter \(interpreter), which cannot be run"
        case .wrongFormat(let path): "\(path) is neither a program for this machine nor a script with a #! line"
        case .directoryUnusable(let path, let reason): "the working directory \(path) cannot be used: \(reason)"
        case .unknownUser(let name): "there is no user \(name)"
        case .unknownGroup(let name): "there is no group \(name)"
        case .userNotPermitted(let name): "not permitted to run programs as \(name)"
        case .invalidText(let detail): detail
        case .argumentsTooLong: "arguments and environment together are longer than the system allows"
        case .limitTooHigh(let resource, let asked, let allowed):
            "a limit of \(asked) \(resource.name) is more than this process may give: \(allowed)"
        case .limitOutOfRange(let name, let asked, let allowed):
            "\(name) \(asked) is not between \(allowed.lowerBound) and \(allowed.upperBound)"
        case .limitTooLow(let resource, let limit):
            "the program cannot begin within its limit of \(limit) \(resource.name)"
        case .niceNotPermitted(let nice): "not permitted to run programs with nice \(nice)"
        case .oomScoreNotPermitted(let score): "not permitted to run programs with OOM score \(score)"
        case .controlGroupUnusable(let path, let reason): "the control group \(path) cannot be used: \(reason)"
        case .tooManyProcesses: "no more processes can be made"
        case .tooManyDescriptors: "no more files can be opened"
        case .outOfMemory: "there is not enough memory to start a process"
        case .launcherUnusable(let path, let reason): "the launcher \(path) cannot be used: \(reason)"
        case .other(let failure): "the system refused: \(failure)"
        }
    }

    /// What to do about it.
    package var hint: String {
        switch self {
        case .executableNotFound(_, .some): "give the absolute path of the program, or a PATH in the pool's environment"
        case .executableNotFound(_, nil): "correct the path, or install the program"
        case .notExecutable: "give a regular file, and make it executable (chmod +x) for the user it runs as"
        case .badInterpreter: "correct the first line of the script, or install its interpreter"
        case .wrongFormat: "begin a script with a line like #!/bin/sh, and use programs built for this machine"
        case .directoryUnusable: "create the directory, or let the user that the program runs as enter it"
        case .unknownUser, .unknownGroup: "correct the name, or create it"
        case .userNotPermitted: "run the daemon as root, or leave out user and group"
        case .invalidText: "correct the command or the environment"
        case .argumentsTooLong: "hand large data over on standard input or in a file"
        case .limitTooHigh(let resource, _, _):
            "lower the limit, or raise \(resource.unitSetting) of the daemon's unit (not above the kernel's maximum)"
        case .limitOutOfRange: "correct the number"
        case .limitTooLow(.processes, _): "raise the limit, or run fewer processes as this user"
        case .limitTooLow: "raise the limit"
        case .niceNotPermitted: "give a higher number, or set LimitNICE= of the daemon's unit"
        case .oomScoreNotPermitted: "give a higher number, or a lower OOMScoreAdjust= to the daemon's unit"
        case .controlGroupUnusable: "see that the unit has Delegate=yes and that nothing else changes its control group"
        case .tooManyProcesses: "raise TasksMax= of the unit or the user's limit (ulimit -u), or run fewer processes"
        case .tooManyDescriptors: "raise LimitNOFILE= of the unit (ulimit -n), or run fewer processes"
        case .outOfMemory: "free memory, or run fewer processes"
        case .launcherUnusable: "install jobsup again: the launcher belongs beside the daemon or in libexec"
        case .other: "see the system's log for the cause"
        }
    }
}
