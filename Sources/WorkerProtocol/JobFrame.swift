import NIOCore

/// A job on its way to a worker. On the worker's side the payload is a slice of what was read.
package struct JobFrame: Hashable, Sendable {
    package var job: UInt64
    package var lease: UInt64
    /// 1 for the first.
    package var attempt: UInt16
    package var maxAttempts: UInt16
    /// 0 for none.
    package var timeoutMilliseconds: UInt32
    /// Unix time.
    package var enqueuedAtMilliseconds: UInt64
    package var type: String
    package var queue: String
    /// That of the request which the job came with; empty for none.
    package var requestID: String
    package var payload: ByteBuffer

    package init(
        job: UInt64, lease: UInt64, attempt: UInt16, maxAttempts: UInt16, timeoutMilliseconds: UInt32,
        enqueuedAtMilliseconds: UInt64, type: String, queue: String, requestID: String = "", payload: ByteBuffer
    ) {
        self.job = job
        self.lease = lease
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.timeoutMilliseconds = timeoutMilliseconds
        self.enqueuedAtMilliseconds = enqueuedAtMilliseconds
        self.type = type
        self.queue = queue
        self.requestID = requestID
        self.payload = payload
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        var offset = Self.fixedBytes
        do {
            let bytes = body.readableBytesSpan
            guard bytes.byteCount >= Self.fixedBytes else { throw .malformed(.job, "is too short") }
            job = bytes.integer(at: 0)
            lease = bytes.integer(at: 8)
            attempt = bytes.integer(at: 16)
            maxAttempts = bytes.integer(at: 18)
            timeoutMilliseconds = bytes.integer(at: 20)
            enqueuedAtMilliseconds = bytes.integer(at: 24)
            type = try bytes.short(at: &offset, "type", of: .job)
            queue = try bytes.short(at: &offset, "queue", of: .job)
            requestID = try bytes.short(at: &offset, "request id", of: .job)
        }
        body.moveReaderIndex(forwardBy: offset)
        payload = body.readRest()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.job) { buffer in
            buffer.writeMultipleIntegers(
                job, lease, attempt, maxAttempts, timeoutMilliseconds, enqueuedAtMilliseconds)
            buffer.writeShort(type)
            buffer.writeShort(queue)
            buffer.writeShort(requestID)
            buffer.writeImmutableBuffer(payload)
        }
    }

    /// Writes the frame straight from the daemon's values, with no value of this type and no buffer in between.
    package static func encode(
        job: UInt64, lease: UInt64, attempt: UInt16, maxAttempts: UInt16, timeoutMilliseconds: UInt32,
        enqueuedAtMilliseconds: UInt64, type: String, queue: String, requestID: String = "", payload: [UInt8],
        into buffer: inout ByteBuffer
    ) {
        let textBytes = 3 * 2 + type.utf8.count + queue.utf8.count + requestID.utf8.count
        buffer.writeFrame(.job, bodyBytes: fixedBytes + textBytes + payload.count) { span in
            span.write(job)
            span.write(lease)
            span.write(attempt)
            span.write(maxAttempts)
            span.write(timeoutMilliseconds)
            span.write(enqueuedAtMilliseconds)
            span.writeShort(type)
            span.writeShort(queue)
            span.writeShort(requestID)
            span.write(payload)
        }
    }

    /// What the frame adds to the bytes of type, queue, request id and payload.
    package static let overheadBytes = Frame.headerBytes + fixedBytes + 3 * 2
    private static let fixedBytes = 8 + 8 + 2 + 2 + 4 + 8
}
