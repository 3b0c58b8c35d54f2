/// The right to settle one attempt of one job. A settlement under an older lease changes nothing.
package struct Lease: Hashable, Sendable {
    package let job: JobID
    /// Ascending with every claim of the store, never repeated, also not after a restart.
    package let token: UInt64

    package init(job: JobID, token: UInt64) {
        self.job = job
        self.token = token
    }
}

/// A job on its way to a worker.
package struct ClaimedJob: Sendable {
    package let lease: Lease
    package let type: String
    package let queue: String
    package let priority: Priority
    package let payload: [UInt8]
    /// The number of this attempt, 1 for the first; an attempt that was interrupted or whose worker died keeps its number.
    package let attempt: Int
    package let maxAttempts: Int
    /// How many workers died running this job.
    package let crashes: Int
    /// The hard time limit of this attempt in milliseconds; 0 for none.
    package let timeoutMilliseconds: Int64
    package let enqueuedAt: Timestamp
    package let requestID: String?

    package var id: JobID { lease.job }
    package var isLastAttempt: Bool { attempt >= maxAttempts }

    package init(
        lease: Lease, type: String, queue: String, priority: Priority, payload: [UInt8], attempt: Int,
        maxAttempts: Int, crashes: Int, timeoutMilliseconds: Int64, enqueuedAt: Timestamp,
        requestID: String? = nil
    ) {
        self.lease = lease
        self.type = type
        self.queue = queue
        self.priority = priority
        self.payload = payload
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.crashes = crashes
        self.timeoutMilliseconds = timeoutMilliseconds
        self.enqueuedAt = enqueuedAt
        self.requestID = requestID
    }
}
