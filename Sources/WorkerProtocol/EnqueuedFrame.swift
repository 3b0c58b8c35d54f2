import NIOCore

/// The jobs of a request are on disk, in the request's order.
package struct EnqueuedFrame: Hashable, Sendable {
    package struct Job: Hashable, Sendable {
        package var id: UInt64
        /// The key was there already: this is the job it had given.
        package var existing: Bool

        package init(id: UInt64, existing: Bool) {
            self.id = id
            self.existing = existing
        }
    }

    package var request: UInt64
    package var jobs: [Job]

    package init(request: UInt64, jobs: [Job]) {
        self.request = request
        self.jobs = jobs
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        let count: UInt32
        (request, count) = try body.require(body.readMultipleIntegers(), of: .enqueued)
        guard body.readableBytes == Int(count) * 9 else {
            throw .malformed(.enqueued, "does not have the length of \(count) jobs")
        }
        jobs = []
        jobs.reserveCapacity(Int(count))
        for _ in 0..<count {
            let (id, existing) = try body.require(body.readMultipleIntegers(as: (UInt64, UInt8).self), of: .enqueued)
            jobs.append(Job(id: id, existing: existing != 0))
        }
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.enqueued) { buffer in
            buffer.writeMultipleIntegers(request, UInt32(jobs.count))
            for job in jobs { buffer.writeMultipleIntegers(job.id, job.existing ? UInt8(1) : 0) }
        }
    }
}
