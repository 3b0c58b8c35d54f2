/// Where a job stands. The raw values are stored on disk: never renumber them.
package enum JobState: Int, CaseIterable, Sendable {
    /// Not yet runnable; ``PendingReason`` says why.
    case pending = 0
    /// Runnable, waiting for a worker.
    case queued = 1
    /// Handed to a worker under a lease.
    case processing = 2
    /// Running, and asked to stop.
    case cancelling = 3
    case cancelled = 4
    case completed = 5
    /// Ended without success: attempts used up, discarded or quarantined.
    case failed = 6
    /// The last attempt ran out of its time.
    case timeout = 7
    /// Waited longer than it was allowed to.
    case expired = 8

    /// Whether nothing can happen to the job any more, unless somebody retries it by hand.
    package var isFinished: Bool {
        switch self {
        case .pending, .queued, .processing, .cancelling: false
        case .cancelled, .completed, .failed, .timeout, .expired: true
        }
    }

    /// The states a job never leaves by itself.
    package static let finished: [JobState] = allCases.filter(\.isFinished)

    /// The word of documents and commands.
    package var name: String {
        switch self {
        case .pending: "pending"
        case .queued: "queued"
        case .processing: "processing"
        case .cancelling: "cancelling"
        case .cancelled: "cancelled"
        case .completed: "completed"
        case .failed: "failed"
        case .timeout: "timeout"
        case .expired: "expired"
        }
    }

    package init?(name: some StringProtocol) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }
}

/// Why a pending job may not run yet. The raw values are stored on disk: never renumber them.
package enum PendingReason: Int, CaseIterable, Sendable {
    /// Its `run_at` lies ahead.
    case delayed = 1
    /// An attempt failed; the back-off has not passed.
    case retry = 2
    /// It waits for other jobs.
    case dependency = 3
    /// The worker put it off.
    case snoozed = 4
    /// A rate limit has no room.
    case throttled = 5
    /// There is not so much memory free as it needs.
    case memory = 6

    package var name: String { String(describing: self) }
}
