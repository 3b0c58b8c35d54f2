/// Why a worker could not run, or had to stop.
public enum WorkerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The program was not started by jobsup.
    case notStartedByJobsup(missing: String)
    /// A variable that jobsup sets makes no sense.
    case invalidEnvironment(variable: String, value: String)
    /// No handler was given.
    case noHandlers
    /// A job of a type without a handler was to be run inline.
    case unknownTask(String)
    /// There is nobody at the daemon's socket.
    case notConnected(path: String, reason: String)
    /// The daemon refused the worker or something it sent.
    case refused(code: String, message: String)
    /// What the daemon sent is not the worker protocol.
    case notUnderstood(String)
    /// The connection ended without a word.
    case connectionLost
    /// SIGTERM and SIGINT cannot be watched.
    case signalsUnavailable(String)

    /// The reason and what to do about it, for people.
    public var description: String {
        switch self {
        case .notStartedByJobsup(let variable):
            "\(variable) is not set: a worker is started by jobsupd, as the command of a pool"
        case .invalidEnvironment(let variable, let value): "\(variable)=\(value) makes no sense"
        case .noHandlers: "the worker has no handlers: call task or rawTask before run"
        case .unknownTask(let type): "no handler was given for the job type \(type)"
        case .notConnected(let path, let reason): "cannot connect to \(path): \(reason)"
        case .refused(let code, let message): "refused by jobsupd: \(message) (\(code))"
        case .notUnderstood(let message): "jobsupd sent what is not the worker protocol: \(message)"
        case .connectionLost: "the connection to jobsupd was lost"
        case .signalsUnavailable(let reason): "cannot watch for SIGTERM and SIGINT: \(reason)"
        }
    }
}
