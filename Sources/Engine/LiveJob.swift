import JobModel

/// A job as the store knows it, with what only its running attempt knows.
package struct LiveJob: Sendable {
    package let record: JobRecord
    package let worker: String?
    package let startedAt: Timestamp?
    package let progress: JobProgress?

    package init(record: JobRecord, worker: String? = nil, startedAt: Timestamp? = nil, progress: JobProgress? = nil) {
        self.record = record
        self.worker = worker ?? record.worker
        self.startedAt = startedAt ?? record.startedAt
        self.progress = progress
    }
}
