/// The rules of one job type, after defaults are filled in.
package struct JobPolicy: Hashable, Sendable {
    /// The queue of jobs that name none.
    package var queue: String
    /// The hard time limit of one attempt; `nil` for none.
    package var timeout: Duration?
    package var maxAttempts: Int
    package var retry: RetryPolicy
    /// A worker that has more while it runs such a job is stopped; `nil` for the pool's own limits.
    package var memoryLimitBytes: Int?
    /// Such a job is only started when so much memory is free; `nil` for whenever there is a worker.
    package var expectedMemoryBytes: Int?

    package init(
        queue: String = "default", timeout: Duration? = .seconds(3600), maxAttempts: Int = 5,
        retry: RetryPolicy = .standard
    ) {
        self.queue = queue
        self.timeout = timeout
        self.maxAttempts = maxAttempts
        self.retry = retry
    }

    /// How many workers the same job may take down before it is quarantined.
    package static let crashLimit = 3
}
