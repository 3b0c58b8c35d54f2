#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How a job is to be run, where it differs from what the daemon's configuration says for its type.
public struct JobOptions: Hashable, Sendable {
    /// When a job may run.
    public enum Start: Hashable, Sendable {
        /// As soon as there is a free worker.
        case now
        /// Not before a time has passed.
        case after(Duration)
        /// Not before a moment.
        case at(Date)
    }

    /// The queue; `nil` for the one of the job type.
    public var queue: String?
    /// Makes enqueueing repeatable: while the daemon knows a job with this key, it gives that one back.
    public var key: String?
    /// How urgent it is; `nil` for normal.
    public var priority: JobPriority?
    /// The attempts that may end in an error, 1 or more.
    public var maxAttempts: Int?
    /// The hard limit of one attempt.
    public var timeout: Duration?
    /// When it may run.
    public var start: Start
    /// The id of the request that the job comes from, 1 to 128 visible ASCII characters: the job's workers and logs name
    /// it.
    public var requestID: String?

    /// Options; what is left out is as the daemon's configuration has it.
    public init(
        queue: String? = nil, key: String? = nil, priority: JobPriority? = nil, maxAttempts: Int? = nil,
        timeout: Duration? = nil, start: Start = .now, requestID: String? = nil
    ) {
        self.queue = queue
        self.key = key
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.timeout = timeout
        self.start = start
        self.requestID = requestID
    }
}
