import NIOCore

/// Jobs that a client wants enqueued, all of them or none.
package struct EnqueueFrame: Hashable, Sendable {
    /// The client's number for the answer.
    package var request: UInt64
    package var jobs: [JobSpec]

    package init(request: UInt64, jobs: [JobSpec]) {
        self.request = request
        self.jobs = jobs
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        let count: UInt32
        (request, count) = try body.require(body.readMultipleIntegers(), of: .enqueue)
        // Checked before room is made: a count may say anything.
        guard Int(count) <= body.readableBytes / JobSpec.minEncodedBytes else {
            throw .malformed(.enqueue, "is too short for \(count) jobs")
        }
        jobs = []
        jobs.reserveCapacity(Int(count))
        // The jobs of a batch mostly name the same type and queue: the same bytes give the string made before.
        var types = RepeatedName("type")
        var queues = RepeatedName("queue")
        for _ in 0..<count {
            let type = try types.read(from: &body)
            let queue = try queues.read(from: &body)
            let key = try body.readShort("key", of: .enqueue)
            let (priority, maxAttempts, timeout, runAt) = try body.require(
                body.readMultipleIntegers(as: (UInt8, UInt16, UInt32, UInt64).self), of: .enqueue)
            let payload = try body.readBlob("payload", of: .enqueue)
            jobs.append(
                JobSpec(
                    type: type, queue: queue, key: key, priority: priority, maxAttempts: maxAttempts,
                    timeoutMilliseconds: timeout, runAtMilliseconds: runAt, payload: payload))
        }
        try body.expectEnd(of: .enqueue)
    }

    package func encode(into buffer: inout ByteBuffer) {
        Self.encode(request: request, jobs: jobs, into: &buffer)
    }

    package static func encode(request: UInt64, jobs: some Collection<JobSpec>, into buffer: inout ByteBuffer) {
        buffer.writeFrame(.enqueue) { buffer in
            buffer.writeMultipleIntegers(request, UInt32(jobs.count))
            for job in jobs {
                buffer.writeShort(job.type)
                buffer.writeShort(job.queue)
                buffer.writeShort(job.key)
                buffer.writeMultipleIntegers(
                    job.priority, job.maxAttempts, job.timeoutMilliseconds, job.runAtMilliseconds)
                buffer.writeBlob(job.payload)
            }
        }
    }
}

/// Reads a name that is mostly the same one again.
private struct RepeatedName {
    private let field: StaticString
    private var last = ""
    private var lastBytes = ByteBuffer()

    init(_ field: StaticString) {
        self.field = field
    }

    mutating func read(from body: inout ByteBuffer) throws(ProtocolError) -> String {
        let start = body.readerIndex
        if let length = body.getInteger(at: start, as: UInt16.self),
            let bytes = body.getSlice(at: start + 2, length: Int(length)), bytes == lastBytes
        {
            body.moveReaderIndex(forwardBy: 2 + Int(length))
            return last
        }
        last = try body.readShort(field, of: .enqueue)
        lastBytes = ByteBuffer(string: last)
        return last
    }
}
