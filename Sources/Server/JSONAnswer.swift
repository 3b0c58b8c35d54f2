import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Documents as JSON responses.
enum JSONAnswer {
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return encoder
    }()

    static func response(_ document: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let data = try encoder.encode(document)
        return response(ByteBuffer(bytes: data), status: status)
    }

    static func response(_ body: ByteBuffer, status: HTTPResponse.Status) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .contentLength: String(body.readableBytes)],
            body: ResponseBody(byteBuffer: body))
    }
}
