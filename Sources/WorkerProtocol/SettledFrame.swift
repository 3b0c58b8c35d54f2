import NIOCore

/// Settlements are on disk; those that came under an older lease changed nothing and are named.
package struct SettledFrame: Hashable, Sendable {
    package struct Stale: Hashable, Sendable {
        package var job: UInt64
        package var lease: UInt64

        package init(job: UInt64, lease: UInt64) {
            self.job = job
            self.lease = lease
        }
    }

    package var accepted: UInt32
    package var stale: [Stale]

    package init(accepted: UInt32, stale: [Stale] = []) {
        self.accepted = accepted
        self.stale = stale
    }

    package init(decoding body: inout ByteBuffer) throws(ProtocolError) {
        let count: UInt16
        (accepted, count) = try body.require(body.readMultipleIntegers(), of: .settled)
        stale = []
        for _ in 0..<count {
            let (job, lease) = try body.require(body.readMultipleIntegers(as: (UInt64, UInt64).self), of: .settled)
            stale.append(Stale(job: job, lease: lease))
        }
        try body.expectEnd(of: .settled)
    }

    /// More stale ones than one frame can name go into several.
    package func encode(into buffer: inout ByteBuffer) {
        var rest = stale[...]
        var accepted = accepted
        repeat {
            let part = rest.prefix(Int(UInt16.max))
            rest = rest.dropFirst(part.count)
            buffer.writeFrame(.settled) { buffer in
                buffer.writeMultipleIntegers(accepted, UInt16(part.count))
                for lease in part { buffer.writeMultipleIntegers(lease.job, lease.lease) }
            }
            accepted = 0
        } while !rest.isEmpty
    }
}
