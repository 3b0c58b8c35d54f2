/// A job as somebody asks for it; what is `nil` is filled in from its type.
package struct JobRequest: Sendable {
    package var type: String
    package var queue: String?
    package var payload: [UInt8]
    package var priority: Priority?
    package var maxAttempts: Int?
    package var timeout: Duration?
    package var runAt: Timestamp?
    package var key: String?
    /// That of the request it came with; see ``RequestID``.
    package var requestID: String?

    package init(
        type: String, queue: String? = nil, payload: [UInt8] = [], priority: Priority? = nil, maxAttempts: Int? = nil,
        timeout: Duration? = nil, runAt: Timestamp? = nil, key: String? = nil, requestID: String? = nil
    ) {
        self.type = type
        self.queue = queue
        self.payload = payload
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.timeout = timeout
        self.runAt = runAt
        self.key = key
        self.requestID = requestID
    }
}
