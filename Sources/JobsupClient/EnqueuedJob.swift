/// A job that the daemon has.
public struct EnqueuedJob: Hashable, Sendable {
    private let number: UInt64
    /// Whether its key had been there already: then this is the earlier job, and nothing was enqueued.
    public let existed: Bool

    /// The job's id, as the commands, the HTTP API and workers show it.
    public var id: String { String(number) }

    init(number: UInt64, existed: Bool) {
        self.number = number
        self.existed = existed
    }
}
