import Engine
import Foundation
import JobModel
import TaskJSON

/// A job as the API shows it.
struct JobDocument: Encodable {
    struct Progress: Encodable {
        let current: Int
        let total: Int
        let percent: Double?
        let stage: String
        let message: String
    }

    struct ErrorText: Encodable {
        let type: String
        let cause: String
        let message: String
    }

    struct Attempt: Encodable {
        let attempt: Int
        let worker: String
        let startedAt: String
        let endedAt: String
        let cause: String
        let type: String
        let message: String
    }

    let taskId: String
    let type: String
    let queue: String
    let status: String
    let reason: String?
    let priority: Int
    let attempt: Int
    let maxAttempts: Int
    let crashes: Int
    let timeoutSeconds: Double?
    let enqueuedAt: String
    let runAt: String?
    let startedAt: String?
    let finishedAt: String?
    let worker: String?
    let key: String?
    let requestId: String?
    let progress: Progress?
    let error: ErrorText?
    let payload: RawJSON?
    let payloadBase64: String?
    let result: RawJSON?
    let resultBase64: String?
    let attempts: [Attempt]

    init(_ job: LiveJob) {
        let record = job.record
        taskId = record.id.description
        type = record.type
        queue = record.queue
        status = record.state.name
        reason = record.reason?.name
        priority = Int(record.priority.rawValue)
        attempt = record.attempt
        maxAttempts = record.maxAttempts
        crashes = record.crashes
        timeoutSeconds = record.timeoutMilliseconds > 0 ? Double(record.timeoutMilliseconds) / 1000 : nil
        enqueuedAt = RFC3339.text(record.enqueuedAt)
        runAt = record.runAt.map(RFC3339.text)
        startedAt = job.startedAt.map(RFC3339.text)
        finishedAt = record.finishedAt.map(RFC3339.text)
        worker = job.worker
        key = record.key
        requestId = record.requestID
        progress = job.progress.map {
            Progress(
                current: $0.current, total: $0.total, percent: $0.percent, stage: $0.stage, message: $0.message)
        }
        error = record.failure.map { ErrorText(type: $0.type, cause: $0.cause.name, message: $0.message) }
        (payload, payloadBase64) = RawJSON.split(record.payload)
        (result, resultBase64) = RawJSON.split(record.result ?? [])
        attempts = record.attempts.map {
            Attempt(
                attempt: $0.attempt, worker: $0.worker, startedAt: RFC3339.text($0.startedAt),
                endedAt: RFC3339.text($0.endedAt), cause: $0.failure.cause.name, type: $0.failure.type,
                message: $0.failure.message)
        }
    }
}

/// Bytes that are JSON themselves and go into a document as the value they stand for; others go in Base64.
struct RawJSON: Encodable {
    private let value: JSONValue

    static func split(_ bytes: [UInt8]) -> (RawJSON?, String?) {
        guard !bytes.isEmpty else { return (nil, nil) }
        let data = Data(bytes)
        if let value = try? JSONDecoder().decode(JSONValue.self, from: data) { return (RawJSON(value: value), nil) }
        return (nil, data.base64EncodedString())
    }

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}

/// Any JSON value.
private enum JSONValue: Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
