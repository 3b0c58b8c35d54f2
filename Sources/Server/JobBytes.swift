import Foundation
import NIOCore
import TaskJSON

/// What a job was given or what came out of it, as a member of its document.
///
/// JSON goes in byte for byte, like to the worker: a decoder and an encoder in between would change numbers and the
/// order of keys, and take long. Bytes that are no JSON go in Base64.
struct JobBytes {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func write(as name: String, into document: inout ByteBuffer) {
        if bytes.isEmpty { return }
        if isJSON {
            document.writeString(",\"\(name)\":")
            document.writeBytes(bytes)
        } else {
            document.writeString(",\"\(name)_base64\":\"\(Data(bytes).base64EncodedString())\"")
        }
    }

    private var isJSON: Bool {
        do throws(JSONMembers.Malformed) { try JSONMembers.check(bytes) } catch { return false }
        return true
    }
}
