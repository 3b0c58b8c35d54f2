import Engine
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
        response(ByteBuffer(bytes: try encoder.encode(document)), status: status)
    }

    static func response(_ job: LiveJob) throws -> Response {
        response(try body(of: job), status: .ok)
    }

    /// The document with payload and result behind its other members.
    static func body(of job: LiveJob) throws -> ByteBuffer {
        var body = ByteBuffer(bytes: try encoder.encode(JobDocument(job)).dropLast())
        JobBytes(job.record.payload).write(as: "payload", into: &body)
        JobBytes(job.record.result ?? []).write(as: "result", into: &body)
        body.writeString("}")
        return body
    }

    private static func response(_ body: ByteBuffer, status: HTTPResponse.Status) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .contentLength: String(body.readableBytes)],
            body: ResponseBody(byteBuffer: body))
    }
}
