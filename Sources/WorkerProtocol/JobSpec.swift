/// A job as a client asks for it; zero and empty stand for the daemon's defaults.
package struct JobSpec: Hashable, Sendable {
    package var type: String
    /// Empty: the queue of the type.
    package var queue: String
    /// Empty: none.
    package var key: String
    /// Empty: none.
    package var requestID: String
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
        type: String, queue: String = "", key: String = "", requestID: String = "", priority: UInt8 = 0,
        maxAttempts: UInt16 = 0, timeoutMilliseconds: UInt32 = 0, runAtMilliseconds: UInt64 = 0, payload: [UInt8]
    ) {
        self.type = type
        self.queue = queue
        self.key = key
        self.requestID = requestID
        self.priority = priority
        self.maxAttempts = maxAttempts
        self.timeoutMilliseconds = timeoutMilliseconds
        self.runAtMilliseconds = runAtMilliseconds
        self.payload = payload
    }

    /// The bytes it takes in an ENQUEUE frame.
    package var encodedBytes: Int {
        Self.minEncodedBytes + type.utf8.count + queue.utf8.count + key.utf8.count + requestID.utf8.count
            + payload.count
    }

    /// The bytes of one whose texts and payload are empty.
    static let minEncodedBytes = 4 * 2 + 1 + 2 + 4 + 8 + 4

    /// The texts that the jobs of a batch mostly have in common: their strings are made once.
    struct Common {
        var type = ""
        var queue = ""
        var requestID = ""
    }

    /// Reads the one at `offset`.
    init(decoding bytes: RawSpan, at offset: inout Int, like last: inout Common) throws(ProtocolError) {
        try bytes.short(at: &offset, "type", of: .enqueue, like: &last.type)
        try bytes.short(at: &offset, "queue", of: .enqueue, like: &last.queue)
        key = try bytes.short(at: &offset, "key", of: .enqueue)
        try bytes.short(at: &offset, "request id", of: .enqueue, like: &last.requestID)
        type = last.type
        queue = last.queue
        requestID = last.requestID
        guard offset + 19 <= bytes.byteCount else { throw .malformed(.enqueue, "is too short") }
        priority = bytes.integer(at: offset)
        maxAttempts = bytes.integer(at: offset + 1)
        timeoutMilliseconds = bytes.integer(at: offset + 3)
        runAtMilliseconds = bytes.integer(at: offset + 7)
        let start = offset + 19
        let end = start + Int(bytes.integer(at: offset + 15, as: UInt32.self))
        guard end <= bytes.byteCount else { throw .malformed(.enqueue, "ends within its payload") }
        payload = bytes.extracting(start..<end).withUnsafeBytes { Array($0) }
        offset = end
    }

    func encode(into span: inout OutputRawSpan) {
        span.writeShort(type)
        span.writeShort(queue)
        span.writeShort(key)
        span.writeShort(requestID)
        span.write(priority)
        span.write(maxAttempts)
        span.write(timeoutMilliseconds)
        span.write(runAtMilliseconds)
        span.write(UInt32(payload.count))
        span.write(payload)
    }
}
