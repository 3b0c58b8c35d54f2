import NIOCore

/// What became of a job that a worker was given: DONE, FAIL, RETRY, SNOOZE, DISCARD or RETURN.
package struct SettlementFrame: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case done(result: ByteBuffer)
        case fail(errorType: String, message: String, mayRetry: Bool)
        /// Again later; uses an attempt.
        case retry(delayMilliseconds: UInt32, reason: String)
        /// Again later; uses no attempt.
        case snooze(delayMilliseconds: UInt32, reason: String)
        /// Never again.
        case discard(reason: String)
        /// Not started; goes back and uses no attempt.
        case returned
    }

    package var job: UInt64
    package var lease: UInt64
    /// How long it ran; 0 and not on the wire for a returned one.
    package var runMicroseconds: UInt32
    package var outcome: Outcome

    package init(job: UInt64, lease: UInt64, runMicroseconds: UInt32, outcome: Outcome) {
        self.job = job
        self.lease = lease
        self.runMicroseconds = runMicroseconds
        self.outcome = outcome
    }

    /// Decodes the body of any frame whose `type.isSettlement`.
    package init(_ type: FrameType, decoding body: inout ByteBuffer) throws(ProtocolError) {
        if type == .returned {
            (job, lease) = try body.require(body.readMultipleIntegers(), of: type)
            runMicroseconds = 0
            outcome = .returned
            try body.expectEnd(of: type)
            return
        }
        do {
            let bytes = body.readableBytesSpan
            guard bytes.byteCount >= Self.fixedBytes else { throw .malformed(type, "is too short") }
            job = bytes.integer(at: 0)
            lease = bytes.integer(at: 8)
            runMicroseconds = bytes.integer(at: 16)
        }
        body.moveReaderIndex(forwardBy: Self.fixedBytes)
        switch type {
        case .done:
            outcome = .done(result: body.readRest())
        case .fail:
            let flags = try body.require(body.readInteger(as: UInt8.self), of: type)
            let errorType = try body.readShort("error type", of: type)
            outcome = .fail(
                errorType: errorType, message: body.readRestAsText(), mayRetry: flags & Self.doNotRetry == 0)
        case .retry:
            let delay = try body.require(body.readInteger(as: UInt32.self), of: type)
            outcome = .retry(delayMilliseconds: delay, reason: body.readRestAsText())
        case .snooze:
            let delay = try body.require(body.readInteger(as: UInt32.self), of: type)
            outcome = .snooze(delayMilliseconds: delay, reason: body.readRestAsText())
        case .discard:
            outcome = .discard(reason: body.readRestAsText())
        default:
            throw .unexpected(type, "as a settlement")
        }
    }

    package func encode(into buffer: inout ByteBuffer) {
        switch outcome {
        case .done(let result):
            encode(.done, into: &buffer) { $0.writeImmutableBuffer(result) }
        case .fail(let errorType, let message, let mayRetry):
            encode(.fail, into: &buffer) { buffer in
                buffer.writeInteger(mayRetry ? UInt8(0) : Self.doNotRetry)
                buffer.writeShort(errorType)
                buffer.writeString(message)
            }
        case .retry(let delay, let reason):
            encode(.retry, into: &buffer) { buffer in
                buffer.writeInteger(delay)
                buffer.writeString(reason)
            }
        case .snooze(let delay, let reason):
            encode(.snooze, into: &buffer) { buffer in
                buffer.writeInteger(delay)
                buffer.writeString(reason)
            }
        case .discard(let reason):
            encode(.discard, into: &buffer) { $0.writeString(reason) }
        case .returned:
            buffer.writeMultipleIntegers(UInt32(17), FrameType.returned.rawValue, job, lease)
        }
    }

    /// Writes a DONE without a value of this type in between; most settlements are one.
    package static func encodeDone(
        job: UInt64, lease: UInt64, runMicroseconds: UInt32, result: [UInt8], into buffer: inout ByteBuffer
    ) {
        buffer.writeFrame(.done, bodyBytes: fixedBytes + result.count) { span in
            span.write(job)
            span.write(lease)
            span.write(runMicroseconds)
            span.write(result)
        }
    }

    /// The largest result whose frame the daemon takes.
    package static func maxResultBytes(in welcome: WelcomeFrame) -> Int {
        max(0, Int(welcome.maxFrameBytes) - 1 - fixedBytes)
    }

    private static let fixedBytes = 8 + 8 + 4
    private static let doNotRetry: UInt8 = 1

    private func encode(_ type: FrameType, into buffer: inout ByteBuffer, rest: (inout ByteBuffer) -> Void) {
        buffer.writeFrame(type) { buffer in
            buffer.writeMultipleIntegers(job, lease, runMicroseconds)
            rest(&buffer)
        }
    }
}
