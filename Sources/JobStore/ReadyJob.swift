import JobModel

/// What has to be in memory of a job so that it can be claimed without asking the disk.
package struct ReadyJob: Comparable, Sendable {
    package let id: JobID
    package let type: String
    package let payload: [UInt8]
    package let requestID: String?
    package let timeoutMilliseconds: Int64
    package let enqueuedAt: Timestamp
    package let maxAttempts: Int32
    /// Attempts that are used up.
    package var used: Int32
    package var crashes: Int32
    /// Whether its row lies among those that did not fit into memory when they came.
    package var isSpilled: Bool

    package init(
        id: JobID, type: String, payload: [UInt8], requestID: String? = nil, timeoutMilliseconds: Int64,
        enqueuedAt: Timestamp, maxAttempts: Int32, used: Int32, crashes: Int32, isSpilled: Bool
    ) {
        self.id = id
        self.type = type
        self.payload = payload
        self.requestID = requestID
        self.timeoutMilliseconds = timeoutMilliseconds
        self.enqueuedAt = enqueuedAt
        self.maxAttempts = maxAttempts
        self.used = used
        self.crashes = crashes
        self.isSpilled = isSpilled
    }

    package init(_ job: NewJob, id: JobID, isSpilled: Bool) {
        self.init(
            id: id, type: job.type, payload: job.payload, requestID: job.requestID,
            timeoutMilliseconds: job.timeoutMilliseconds, enqueuedAt: job.enqueuedAt,
            maxAttempts: Int32(clamping: job.maxAttempts), used: 0, crashes: 0, isSpilled: isSpilled)
    }

    /// The number of the attempt that a claim starts.
    package var nextAttempt: Int { Int(used) + 1 }

    /// About how much memory it holds.
    package var weight: Int { Self.weight(ofPayload: payload.count, requestID: requestID) }

    package static func weight(ofPayload bytes: Int, requestID: String?) -> Int {
        guard let requestID else { return bytes + overhead }
        return bytes + overhead + bufferOverhead + requestID.utf8.count
    }

    /// The value itself, the headers of its two buffers, and what the allocator adds.
    private static let overhead = 160
    /// The header of one more, and what the allocator adds.
    private static let bufferOverhead = 40

    package static func < (left: ReadyJob, right: ReadyJob) -> Bool { left.id < right.id }
    package static func == (left: ReadyJob, right: ReadyJob) -> Bool { left.id == right.id }
}
