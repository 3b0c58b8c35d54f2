/// The rules of one job type, after defaults are filled in.
package struct JobPolicy: Hashable, Sendable {
    /// The queue of jobs that name none.
    package var queue: String
    /// The hard time limit of one attempt; `nil` for none.
    package var timeout: Duration?
    package var maxAttempts: Int
    package var retry: RetryPolicy

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
