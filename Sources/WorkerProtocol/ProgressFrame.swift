import NIOCore

/// How far a running job has come.
package struct ProgressFrame: Hashable, Sendable {
    package var job: UInt64
    package var lease: UInt64
    package var current: UInt32
    /// 0 when it is not known.
    package var total: UInt32
    package var stage: String
    package var message: String

    package init(job: UInt64, lease: UInt64, current: UInt32, total: UInt32, stage: String = "", message: String = "") {
        self.job = job
        self.lease = lease
        self.current = current
        self.total = total
        self.stage = stage
        self.message = message
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        (job, lease, current, total) = try body.require(body.readMultipleIntegers(), of: .progress)
        stage = try body.readShort("stage", of: .progress)
        message = body.readRestAsText()
    }

    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeFrame(.progress) { buffer in
            buffer.writeMultipleIntegers(job, lease, current, total)
            buffer.writeShort(stage)
            buffer.writeString(message)
        }
    }
}
