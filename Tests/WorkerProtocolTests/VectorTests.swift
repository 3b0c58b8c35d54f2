import NIOCore
import Testing
import WireSupport

import WireSupport

@testable import WorkerProtocol

/// The codec against the vectors that other libraries are tested against too.
@Suite struct VectorTests {
    private let vectors: VectorFile

    init() throws {
        vectors = try VectorFile.read()
    }

    private func messages(_ parts: [[UInt8]], maxFrameBytes: Int = Frame.maxBytesBeforeWelcome) throws -> [Message] {
        var decoder = FrameDecoder(maxFrameBytes: maxFrameBytes)
        var messages: [Message] = []
        for part in parts {
            decoder.append(ByteBuffer(bytes: part))
            while let frame = try decoder.next() { messages.append(try Message(frame)) }
        }
        return messages
    }

    @Test func bytesBecomeFieldsAndFieldsBytes() throws {
        #expect(vectors.frames.count > 50)
        for vector in vectors.frames {
            let message = try #require(try messages([bytes(hex: vector.hex)]).first, "\(vector.name)")
            #expect(message.vectorName == vector.name)
            #expect(message.vectorFields == vector.fields, "\(vector.name)")
            var buffer = ByteBuffer()
            message.encode(into: &buffer)
            #expect(hex(buffer.readableBytesView) == vector.hex, "\(vector.name)")
        }
    }

    @Test func malformedFramesAreRefusedWithTheirCode() throws {
        #expect(vectors.malformed.count > 40)
        for vector in vectors.malformed {
            let limit = vector.maxFrameBytes ?? Frame.maxBytesBeforeWelcome
            let error = #expect(throws: ProtocolError.self, "\(vector.name)") {
                try messages([bytes(hex: vector.hex)], maxFrameBytes: limit)
            }
            #expect(error?.code.rawValue == vector.code, "\(vector.name)")
        }
    }

    @Test func brokenTextIsMended() throws {
        for vector in vectors.mended {
            let message = try #require(try messages([bytes(hex: vector.hex)]).first)
            #expect(message.vectorName == vector.name)
            #expect(message.vectorFields == vector.fields)
        }
    }

    @Test func theStreamIsTheSameWhereverItIsCut() throws {
        let stream = bytes(hex: vectors.stream.hex)
        let whole = try messages([stream])
        #expect(whole.map(\.vectorName) == vectors.stream.frames.map(\.name))
        for cut in 0...stream.count {
            #expect(try messages([Array(stream[..<cut]), Array(stream[cut...])]) == whole, "cut at \(cut)")
        }
    }
}
