import Foundation
import TaskJSON

/// What a job was given and what came out of it, read from the daemon's document without taking JSON apart.
struct JobContents {
    enum Value: Equatable {
        /// As it stands in the document.
        case json(String)
        case text(String)
        case bytes(Data)
    }

    let payload: Value?
    let result: Value?

    init(_ document: Data) {
        guard let fields = try? JSONFields([UInt8](document)) else {
            (payload, result) = (nil, nil)
            return
        }
        payload = Self.value("payload", in: fields)
        result = Self.value("result", in: fields)
    }

    private static func value(_ name: String, in fields: JSONFields) -> Value? {
        if let raw = fields.raw(name) { return .json(String(decoding: raw, as: UTF8.self)) }
        guard let encoded = try? fields.text(name + "_base64"), let data = Data(base64Encoded: encoded) else {
            return nil
        }
        // Bytes that hold a NUL are no text, even where they are valid UTF-8.
        guard let text = String(data: data, encoding: .utf8), !text.utf8.contains(0) else { return .bytes(data) }
        return .text(text)
    }
}
