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
        do {
            let bytes = body.readableBytesSpan
            guard bytes.byteCount >= 12 else { throw .malformed(.enqueue, "is too short") }
            request = bytes.integer(at: 0)
            let count = Int(bytes.integer(at: 8, as: UInt32.self))
            var offset = 12
            // Checked before room is made: a count may say anything.
            guard count <= (bytes.byteCount - offset) / JobSpec.minEncodedBytes else {
                throw .malformed(.enqueue, "is too short for \(count) jobs")
            }
            jobs = []
            jobs.reserveCapacity(count)
            var common = JobSpec.Common()
            for _ in 0..<count { jobs.append(try JobSpec(decoding: bytes, at: &offset, like: &common)) }
            guard offset == bytes.byteCount else {
                throw .malformed(.enqueue, "has \(bytes.byteCount - offset) bytes too many")
            }
        }
        body.moveReaderIndex(to: body.writerIndex)
    }

    package func encode(into buffer: inout ByteBuffer) {
        Self.encode(request: request, jobs: jobs, into: &buffer)
    }

    /// What the length field of the frame will say.
    package static func encodedBytes(of jobs: [JobSpec]) -> Int {
        var bytes = 1 + 8 + 4
        for job in jobs { bytes += job.encodedBytes }
        return bytes
    }

    package static func encode(request: UInt64, jobs: [JobSpec], into buffer: inout ByteBuffer) {
        buffer.writeFrame(.enqueue, bodyBytes: encodedBytes(of: jobs) - 1) { span in
            span.write(request)
            span.write(UInt32(jobs.count))
            for job in jobs { job.encode(into: &span) }
        }
    }
}
