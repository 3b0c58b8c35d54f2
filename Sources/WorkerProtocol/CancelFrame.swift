import NIOCore

/// The daemon wants a job of this worker to end.
package struct CancelFrame: Hashable, Sendable {
    package var job: UInt64
    package var lease: UInt64

    package init(job: UInt64, lease: UInt64) {
        self.job = job
        self.lease = lease
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        (job, lease) = try body.require(body.readMultipleIntegers(), of: .cancel)
        try body.expectEnd(of: .cancel)
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(UInt32(17), FrameType.cancel.rawValue, job, lease)
    }
}
