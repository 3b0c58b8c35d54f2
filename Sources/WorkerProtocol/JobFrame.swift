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
    package var payload: ByteBuffer

    package init(
        job: UInt64, lease: UInt64, attempt: UInt16, maxAttempts: UInt16, timeoutMilliseconds: UInt32,
        enqueuedAtMilliseconds: UInt64, type: String, queue: String, payload: ByteBuffer
    ) {
        self.job = job
        self.lease = lease
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.timeoutMilliseconds = timeoutMilliseconds
        self.enqueuedAtMilliseconds = enqueuedAtMilliseconds
        self.type = type
        self.queue = queue
        self.payload = payload
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        (job, lease, attempt, maxAttempts, timeoutMilliseconds, enqueuedAtMilliseconds) = try body.require(
            body.readMultipleIntegers(), of: .job)
        type = try body.readShort("type", of: .job)
        queue = try body.readShort("queue", of: .job)
        payload = body.readRest()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.job) { buffer in
            buffer.writeMultipleIntegers(
                job, lease, attempt, maxAttempts, timeoutMilliseconds, enqueuedAtMilliseconds)
            buffer.writeShort(type)
            buffer.writeShort(queue)
            buffer.writeImmutableBuffer(payload)
        }
    }

    /// Writes the frame straight from the daemon's values, with no value of this type and no buffer in between.
    package static func encode(
        job: UInt64, lease: UInt64, attempt: UInt16, maxAttempts: UInt16, timeoutMilliseconds: UInt32,
        enqueuedAtMilliseconds: UInt64, type: String, queue: String, payload: [UInt8], into buffer: inout ByteBuffer
    ) {
        buffer.reserveCapacity(minimumWritableBytes: overheadBytes + type.utf8.count + queue.utf8.count + payload.count)
        buffer.writeFrame(.job) { buffer in
            buffer.writeMultipleIntegers(
                job, lease, attempt, maxAttempts, timeoutMilliseconds, enqueuedAtMilliseconds)
            buffer.writeShort(type)
            buffer.writeShort(queue)
            buffer.writeBytes(payload)
        }
    }

    /// What the frame adds to the bytes of type, queue and payload.
    package static let overheadBytes = Frame.headerBytes + 8 + 8 + 2 + 2 + 4 + 8 + 2 + 2
}
