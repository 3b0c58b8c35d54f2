/// A job as it is handed to a store, with all defaults filled in.
package struct NewJob: Hashable, Sendable {
    package var type: String
    package var queue: String
    package var payload: [UInt8]
    package var priority: Priority
    /// Attempts that may end in an error, 1 or more.
    package var maxAttempts: Int
    /// The hard time limit of one attempt in milliseconds; 0 for none.
    package var timeoutMilliseconds: Int64
    package var enqueuedAt: Timestamp
    /// When it may run; `nil` for at once.
    package var runAt: Timestamp?
    /// Idempotency key: a key that the store knows gives the same job back.
    package var key: String?
    /// That of the request it came with; see ``RequestID``.
    package var requestID: String?

    package init(
        type: String, queue: String, payload: [UInt8], priority: Priority = .normal, maxAttempts: Int = 5,
        timeoutMilliseconds: Int64 = 0, enqueuedAt: Timestamp, runAt: Timestamp? = nil, key: String? = nil,
        requestID: String? = nil
    ) {
        self.type = type
        self.queue = queue
        self.payload = payload
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.timeoutMilliseconds = timeoutMilliseconds
        self.enqueuedAt = enqueuedAt
        self.runAt = runAt
        self.key = key
        self.requestID = requestID
    }
}

/// What an enqueue gave: the job, and whether its key had been there already.
package struct EnqueueReceipt: Hashable, Sendable {
    package let id: JobID
    /// The state the job is in: `queued` or `pending` when new, the current one when it existed.
    package let state: JobState
    package let existed: Bool

    package init(id: JobID, state: JobState, existed: Bool) {
        self.id = id
        self.state = state
        self.existed = existed
    }
}
