import Foundation

@testable import WorkerProtocol

/// The protocol's test vectors, which every library is tested against; the file says itself how to read it.
struct VectorFile: Decodable {
    struct FrameVector: Decodable {
        let name: String
        let fields: [String: VectorValue]
        let hex: String
    }

    struct MalformedVector: Decodable {
        enum CodingKeys: String, CodingKey {
            case name = "case"
            case code
            case hex
            case maxFrameBytes = "max_frame"
        }

        let name: String
        let code: String
        let hex: String
        let maxFrameBytes: Int?
    }

    struct Stream: Decodable {
        struct Frame: Decodable {
            let name: String
        }

        let frames: [Frame]
        let hex: String
    }

    let frames: [FrameVector]
    let malformed: [MalformedVector]
    let mended: [FrameVector]
    let stream: Stream

    static func read() throws -> VectorFile {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: tests.appending(path: "Vectors/worker-protocol.json"))
        return try JSONDecoder().decode(VectorFile.self, from: data)
    }
}

/// A field as the vectors write it.
enum VectorValue: Decodable, Hashable {
    case text(String)
    case number(UInt32)
    case list([VectorValue])
    case record([String: VectorValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let number = try? container.decode(UInt32.self) {
            self = .number(number)
        } else if let list = try? container.decode([VectorValue].self) {
            self = .list(list)
        } else {
            self = .record(try container.decode([String: VectorValue].self))
        }
    }

    /// A u64, which the vectors write as text.
    static func wide(_ value: UInt64) -> VectorValue { .text(String(value)) }
    static func small(_ value: some FixedWidthInteger) -> VectorValue { .number(UInt32(value)) }
    static func bytes(_ bytes: some Sequence<UInt8>) -> VectorValue { .text(hex(bytes)) }
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

func bytes(hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
