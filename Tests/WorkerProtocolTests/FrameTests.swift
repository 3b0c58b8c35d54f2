import NIOCore
import Testing
import WireSupport

@testable import WorkerProtocol

@Suite struct FrameTests {
    private func decoded(_ bytes: [UInt8], maxFrameBytes: Int = 1 << 20) throws -> [Message] {
        var decoder = FrameDecoder(maxFrameBytes: maxFrameBytes)
        decoder.append(ByteBuffer(bytes: bytes))
        var messages: [Message] = []
        while let frame = try decoder.next() { messages.append(try Message(frame)) }
        return messages
    }

    private func encoded(_ message: Message) -> [UInt8] {
        var buffer = ByteBuffer()
        message.encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }

    @Test func everyFrameComesBackAsItWas() throws {
        var samples = FrameSamples(seed: 3)
        for _ in 0..<2_000 {
            let message = samples.message()
            #expect(try decoded(encoded(message)) == [message])
        }
    }

    @Test func theDaemonsWayOfWritingAJobIsTheSameFrame() {
        var direct = ByteBuffer()
        JobFrame.encode(
            job: 7, lease: 8, attempt: 1, maxAttempts: 5, timeoutMilliseconds: 1000, enqueuedAtMilliseconds: 123_456,
            type: "send_mail", queue: "mail", requestID: "r-1", payload: [1, 2, 3], into: &direct)
        let frame = JobFrame(
            job: 7, lease: 8, attempt: 1, maxAttempts: 5, timeoutMilliseconds: 1000, enqueuedAtMilliseconds: 123_456,
            type: "send_mail", queue: "mail", requestID: "r-1", payload: ByteBuffer(bytes: [1, 2, 3]))
        #expect(Array(direct.readableBytesView) == encoded(.job(frame)))
        #expect(direct.readableBytes == JobFrame.overheadBytes + "send_mailmailr-1".utf8.count + 3)
    }

    @Test func aJobSpecKnowsItsSize() {
        var samples = FrameSamples(seed: 4)
        for _ in 0..<100 {
            let job = samples.job()
            let frame = encoded(.enqueue(EnqueueFrame(request: 1, jobs: [job])))
            #expect(frame.count == Frame.headerBytes + 12 + job.encodedBytes)
        }
    }

    /// Cut anywhere, a body is refused with a reason or is a valid shorter one, and never read beyond its end.
    @Test func truncatedBodiesAreRefused() throws {
        var samples = FrameSamples(seed: 5)
        for _ in 0..<200 {
            let bytes = encoded(samples.message())
            for count in Frame.headerBytes..<max(bytes.count, Frame.headerBytes) {
                let length = UInt32(count - 4)
                let cut = withUnsafeBytes(of: length.bigEndian, Array.init) + bytes[4..<count]
                do {
                    let messages = try decoded(cut)
                    #expect(messages.count == 1)
                    #expect(messages.allSatisfy { $0.endsWithRest }, "\(messages) of \(bytes.count) cut to \(count)")
                } catch let error as ProtocolError {
                    #expect(error.code == .malformedFrame)
                    #expect(error.message.hasPrefix("the "))
                }
            }
        }
    }

    @Test func oneByteTooManyIsRefusedWhereNoRestIsAllowed() {
        var samples = FrameSamples(seed: 6)
        for _ in 0..<300 {
            let message = samples.message()
            guard !message.endsWithRest else { continue }
            let bytes = encoded(message)
            let longer = withUnsafeBytes(of: UInt32(bytes.count - 3).bigEndian, Array.init) + bytes[4...] + [0]
            let error = #expect(throws: ProtocolError.self) { try decoded(longer) }
            #expect(error?.code == .malformedFrame)
        }
    }

    /// Random bytes, and valid frames with random bytes changed: an error or another frame, never a crash.
    @Test func garbageNeverCrashes() {
        var samples = FrameSamples(seed: 7)
        var refused = 0
        for round in 0..<20_000 {
            var bytes: [UInt8]
            if round % 2 == 0 {
                bytes = samples.bytes()
                if bytes.count >= 5 { bytes.replaceSubrange(0..<3, with: [0, 0, 0]) }
            } else {
                bytes = encoded(samples.message())
                for _ in 0..<3 {
                    let place: UInt32 = samples.number()
                    bytes[Int(place) % bytes.count] = samples.number()
                }
            }
            do {
                _ = try decoded(bytes, maxFrameBytes: 4096)
            } catch let error as ProtocolError {
                refused += 1
                #expect(!error.message.isEmpty)
            } catch {
                Issue.record(error)
            }
        }
        #expect(refused > 1_000)
    }

    @Test func aCountThatPromisesMoreThanTheFrameHoldsMakesNoRoom() {
        var body = ByteBuffer()
        body.writeMultipleIntegers(UInt64(1), UInt32.max)
        let error = #expect(throws: ProtocolError.self) { try EnqueueFrame(decoding: &body) }
        #expect(error?.message == "the ENQUEUE frame is too short for 4294967295 jobs")
    }

    @Test func anotherProtocolIsNamed() {
        var body = ByteBuffer()
        body.writeInteger(UInt16(9))
        let error = #expect(throws: ProtocolError.self) { try HelloFrame(decoding: &body) }
        #expect(error?.description == "wrong_protocol: the peer speaks protocol 9, this side speaks 1")
    }

    @Test func aNameThatIsNotUTF8IsRefusedAndAMessageIsMended() throws {
        var body = ByteBuffer(bytes: [0, 1, 0, 2, 0x61, 0xFF])
        #expect(throws: ProtocolError(.malformedFrame, "the CLIENT_HELLO frame has a name that is not UTF-8")) {
            try ClientHelloFrame(decoding: &body)
        }
        body = ByteBuffer(bytes: [0, 1, 0, 2, 0x61])
        #expect(throws: ProtocolError(.malformedFrame, "the CLIENT_HELLO frame ends within its name")) {
            try ClientHelloFrame(decoding: &body)
        }
        body = ByteBuffer(bytes: [0x61, 0xFF, 0x62])
        #expect(try ByeFrame(decoding: &body).reason == "a\u{FFFD}b")
    }

    @Test func aTooLongNameIsCutBetweenTwoCharacters() throws {
        let long = String(repeating: "€", count: 30_000)
        let messages = try decoded(encoded(.clientHello(ClientHelloFrame(name: long))))
        guard case .clientHello(let frame) = messages.first else { return #expect(Bool(false)) }
        #expect(frame.name == String(repeating: "€", count: 65_535 / 3))
    }

    @Test func manyStaleSettlementsTakeSeveralFrames() throws {
        let stale = (0..<70_000).map { SettledFrame.Stale(job: $0, lease: 1) }
        var buffer = ByteBuffer()
        SettledFrame(accepted: 5, stale: stale).encode(into: &buffer)
        let messages = try decoded(Array(buffer.readableBytesView), maxFrameBytes: 2 << 20)
        var found: [SettledFrame.Stale] = []
        var accepted: UInt32 = 0
        for case .settled(let frame) in messages {
            found += frame.stale
            accepted += frame.accepted
        }
        #expect(found == stale)
        #expect(accepted == 5)
    }
}

extension Message {
    /// Whether a shorter body of the same kind may be valid too.
    fileprivate var endsWithRest: Bool {
        switch self {
        case .settlement(let frame): frame.outcome != .returned
        case .progress, .bye, .job, .error, .refused: true
        default: false
        }
    }
}
