/// Everything a store knows of one job, for people and programs that ask.
///
/// Who runs a job since when is known to the store's owner alone: while a job runs, `worker`, `startedAt` and
/// `failure` are those of the attempt before. An attempt that was given back leaves no trace.
package struct JobRecord: Sendable {
    /// How many of a job's attempts are remembered, the last ones: a job may snooze for years.
    package static let attemptsKept = 32

    package var id: JobID
    package var type: String
    package var queue: String
    package var state: JobState
    package var reason: PendingReason?
    package var priority: Priority
    package var payload: [UInt8]
    /// The attempt that runs, or the last one that ran; 0 when none has.
    package var attempt: Int
    package var maxAttempts: Int
    package var crashes: Int
    package var timeoutMilliseconds: Int64
    package var enqueuedAt: Timestamp
    package var runAt: Timestamp?
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    package var worker: String?
    package var key: String?
    package var requestID: String?
    package var failure: Failure?
    /// `nil` when there is none, or its time to live has passed.
    package var result: [UInt8]?
    package var attempts: [AttemptRecord]

    package init(
        id: JobID, type: String, queue: String, state: JobState, reason: PendingReason? = nil, priority: Priority,
        payload: [UInt8], attempt: Int, maxAttempts: Int, crashes: Int, timeoutMilliseconds: Int64,
        enqueuedAt: Timestamp, runAt: Timestamp? = nil, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
        worker: String? = nil, key: String? = nil, requestID: String? = nil, failure: Failure? = nil,
        result: [UInt8]? = nil, attempts: [AttemptRecord] = []
    ) {
        self.id = id
        self.type = type
        self.queue = queue
        self.state = state
        self.reason = reason
        self.priority = priority
        self.payload = payload
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.crashes = crashes
        self.timeoutMilliseconds = timeoutMilliseconds
        self.enqueuedAt = enqueuedAt
        self.runAt = runAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.worker = worker
        self.key = key
        self.requestID = requestID
        self.failure = failure
        self.result = result
        self.attempts = attempts
    }
}

/// One attempt that did not complete the job.
package struct AttemptRecord: Hashable, Sendable {
    package var attempt: Int
    package var worker: String
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    package var failure: Failure

    package init(attempt: Int, worker: String, startedAt: Timestamp, endedAt: Timestamp, failure: Failure) {
        self.attempt = attempt
        self.worker = worker
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.failure = failure
    }
}

/// Which jobs a list is asked for; newest first.
package struct JobFilter: Sendable {
    package var state: JobState?
    package var queue: String?
    package var type: String?
    /// Only jobs with smaller ids: the last id of the page before.
    package var before: JobID?
    package var limit: Int

    package init(
        state: JobState? = nil, queue: String? = nil, type: String? = nil, before: JobID? = nil, limit: Int = 50
    ) {
        self.state = state
        self.queue = queue
        self.type = type
        self.before = before
        self.limit = limit
    }
}

/// How many jobs of one queue are in which state, and how long the first of them has been waiting.
package struct QueueCounts: Hashable, Sendable {
    package var queue: String
    package var pending = 0
    package var queued = 0
    /// How often a job was queued, since the store was opened: a retry comes again, what was only given back does not.
    package var arrived = 0
    /// Leased, those that are cancelling included.
    package var processing = 0
    package var finished: [JobState: Int] = [:]
    /// When the job that a worker would get next was enqueued.
    package var oldestQueuedAt: Timestamp?

    package init(queue: String) {
        self.queue = queue
    }
}
