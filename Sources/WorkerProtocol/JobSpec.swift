/// A job as a client asks for it; zero and empty stand for the daemon's defaults.
package struct JobSpec: Hashable, Sendable {
    package var type: String
    /// Empty: the queue of the type.
    package var queue: String
    /// Empty: none.
    package var key: String
    /// 1 (first) to 10 (last); 0: the default.
    package var priority: UInt8
    /// 0: the default.
    package var maxAttempts: UInt16
    /// 0: the default.
    package var timeoutMilliseconds: UInt32
    /// Unix time; 0: now.
    package var runAtMilliseconds: UInt64
    package var payload: [UInt8]

    package init(
        type: String, queue: String = "", key: String = "", priority: UInt8 = 0, maxAttempts: UInt16 = 0,
        timeoutMilliseconds: UInt32 = 0, runAtMilliseconds: UInt64 = 0, payload: [UInt8]
    ) {
        self.type = type
        self.queue = queue
        self.key = key
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.timeoutMilliseconds = timeoutMilliseconds
        self.runAtMilliseconds = runAtMilliseconds
        self.payload = payload
    }

    /// The bytes it takes in an ENQUEUE frame.
    package var encodedBytes: Int {
        Self.minEncodedBytes + type.utf8.count + queue.utf8.count + key.utf8.count + payload.count
    }

    /// The bytes of one whose texts and payload are empty.
    static let minEncodedBytes = 3 * 2 + 1 + 2 + 4 + 8 + 4
}
