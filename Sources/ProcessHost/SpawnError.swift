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
    case tooManyProcesses
    case tooManyDescriptors
    case outOfMemory
    case launcherUnusable(String, reason: String)
    case other(SystemCallFailure)

    /// The same request may well succeed later, without anybody changing it or the programs.
    package var isTransient: Bool {
        switch self {
        case .tooManyProcesses, .tooManyDescriptors, .outOfMemory, .other: true
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
        case .tooManyProcesses: "raise TasksMax= of the unit or the user's limit (ulimit -u), or run fewer processes"
        case .tooManyDescriptors: "raise LimitNOFILE= of the unit (ulimit -n), or run fewer processes"
        case .outOfMemory: "free memory, or run fewer processes"
        case .launcherUnusable: "install jobsup again: the launcher belongs beside the daemon or in libexec"
        case .other: "see the system's log for the cause"
        }
    }
}
