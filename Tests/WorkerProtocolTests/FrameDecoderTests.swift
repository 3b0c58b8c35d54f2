import NIOCore
import Testing
import WireSupport

@testable import WorkerProtocol

@Suite struct FrameDecoderTests {
    /// Everything that the decoder gives for these bytes when they come in pieces of `size`.
    private func frames(of bytes: [UInt8], inPiecesOf size: Int, maxFrameBytes: Int = 1 << 20) throws -> [Frame] {
        var decoder = FrameDecoder(maxFrameBytes: maxFrameBytes)
        var frames: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            decoder.append(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            while let frame = try decoder.next() { frames.append(frame) }
        }
        #expect(decoder.buffer.readableBytes == 0)
        return frames
    }

    @Test func framesAreTheSameHoweverTheStreamIsCut() throws {
        var samples = FrameSamples(seed: 1)
        let originals = (0..<40).map { _ in samples.message() }
        var stream = ByteBuffer()
        for message in originals { message.encode(into: &stream) }
        let bytes = Array(stream.readableBytesView)
        for size in [1, 2, 3, 4, 5, 7, 64, 1000, bytes.count] {
            let messages = try frames(of: bytes, inPiecesOf: size).map { try Message($0) }
            #expect(messages == originals, "pieces of \(size)")
        }
    }

    @Test func everySplitInTwoGivesTheSame() throws {
        var samples = FrameSamples(seed: 2)
        let originals = (0..<6).map { _ in samples.message() }
        var stream = ByteBuffer()
        for message in originals { message.encode(into: &stream) }
        let bytes = Array(stream.readableBytesView)
        for cut in 0...bytes.count {
            var decoder = FrameDecoder(maxFrameBytes: 1 << 20)
            var messages: [Message] = []
            for part in [bytes[..<cut], bytes[cut...]] {
                decoder.append(ByteBuffer(bytes: part))
                while let frame = try decoder.next() { messages.append(try Message(frame)) }
            }
            #expect(messages == originals, "cut at \(cut)")
        }
    }

    @Test func aFrameHandedOutKeepsItsBytesWhenMoreCome() throws {
        var decoder = FrameDecoder(maxFrameBytes: 1000)
        var stream = ByteBuffer()
        ByeFrame(reason: "first").encode(into: &stream)
        ByeFrame(reason: "second").encode(into: &stream)
        let cut = stream.readableBytes - 3
        decoder.append(ByteBuffer(bytes: stream.readableBytesView.prefix(cut)))
        var first = try #require(try decoder.next())
        #expect(try decoder.next() == nil)
        decoder.append(ByteBuffer(bytes: stream.readableBytesView.dropFirst(cut)))
        var second = try #require(try decoder.next())
        #expect(try ByeFrame(decoding: &first.body).reason == "first")
        #expect(try ByeFrame(decoding: &second.body).reason == "second")
    }

    @Test func aTooLargeFrameIsRefusedBeforeItsBodyCame() {
        var decoder = FrameDecoder(maxFrameBytes: 100)
        decoder.append(ByteBuffer(bytes: [0, 0, 0, 101]))
        let error = #expect(throws: ProtocolError.self) { try decoder.next() }
        #expect(error?.code == .frameTooLarge)
        #expect(error?.message == "a frame of 101 bytes; at most 100 are allowed")
    }

    @Test func aFrameOfTheLargestSizeIsAccepted() throws {
        var decoder = FrameDecoder(maxFrameBytes: 100)
        decoder.append(ByteBuffer(bytes: [0, 0, 0, 100, 10] + Array(repeating: 65, count: 99)))
        #expect(try decoder.next()?.body.readableBytes == 99)
    }

    @Test func aFrameOfNoBytesIsRefused() {
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: [0, 0, 0, 0]))
        #expect(throws: ProtocolError(.malformedFrame, "a frame of no bytes, without a type")) { try decoder.next() }
    }

    @Test func anUnknownTypeIsRefused() {
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: [0, 0, 0, 1, 99]))
        #expect(throws: ProtocolError(.unknownFrame, "frame type 99 is not known")) { try decoder.next() }
    }

    @Test func memoryStaysBoundedByOneFrame() throws {
        var decoder = FrameDecoder(maxFrameBytes: 1 << 20)
        let frame = [0, 1, 0, 1, 10] + [UInt8](repeating: 65, count: 1 << 16)
        var count = 0
        for round in 0..<200 {
            // Never aligned with the frames.
            let bytes = frame + frame
            let cut = (round * 331) % frame.count
            for part in [bytes[..<cut], bytes[cut...]] {
                decoder.append(ByteBuffer(bytes: part))
                while try decoder.next() != nil { count += 1 }
                #expect(decoder.buffer.readableBytes < frame.count)
            }
        }
        #expect(count == 400)
        #expect(decoder.buffer.readableBytes == 0)
    }
}
