import Foundation
import JobModel

/// A task as callers write it in JSON: the body of `POST /api/tasks`, and each line of a stream.
package enum TaskBody {
    private static let keys: Set<String> = [
        "type", "queue", "payload", "payload_base64", "priority", "delay", "run_at", "max_attempts", "timeout", "key",
    ]

    package static func request(_ bytes: [UInt8], at now: Timestamp) throws(Refusal) -> JobRequest {
        let fields = try JSONFields(bytes)
        try fields.refuseOthers(than: keys, in: "a task")
        guard let type = try fields.text("type") else {
            throw Refusal(code: "missing_field", message: "'type' is missing", hint: "name the job type to run")
        }
        var request = JobRequest(type: type)
        request.queue = try fields.text("queue")
        request.key = try fields.text("key")
        request.payload = try payload(fields)
        request.priority = try priority(fields)
        request.maxAttempts = try fields.integer("max_attempts")
        request.timeout = try fields.duration("timeout")
        request.runAt = try runAt(fields, now: now)
        return request
    }

    /// Reads `{"tasks": [{…}, …]}`; a mistake names its task by its place, 1 for the first.
    package static func batch(_ bytes: [UInt8], at now: Timestamp) throws(Refusal) -> [JobRequest] {
        let fields = try JSONFields(bytes)
        try fields.refuseOthers(than: ["tasks"], in: "a batch")
        guard let tasks = try fields.elements("tasks") else {
            throw Refusal(code: "missing_field", message: "'tasks' is missing", hint: #"send {"tasks": [{…}, …]}"#)
        }
        var requests: [JobRequest] = []
        for (index, task) in tasks.enumerated() {
            do throws(Refusal) { requests.append(try request(Array(task), at: now)) } catch {
                throw Refusal(code: error.code, message: "job \(index + 1): \(error.message)", hint: error.hint)
            }
        }
        return requests
    }

    private static func payload(_ fields: JSONFields) throws(Refusal) -> [UInt8] {
        let raw = fields.raw("payload")
        guard let encoded = try fields.text("payload_base64") else { return raw.map { Array($0) } ?? [] }
        guard raw?.elementsEqual("null".utf8) ?? true else {
            throw JSONFields.bad("payload_base64", "cannot be given beside 'payload'")
        }
        guard let data = Data(base64Encoded: encoded) else { throw JSONFields.bad("payload_base64", "is not Base64") }
        return [UInt8](data)
    }

    private static func priority(_ fields: JSONFields) throws(Refusal) -> Priority? {
        guard let word = try fields.word("priority") else { return nil }
        guard let priority = Priority(word) else {
            throw JSONFields.bad("priority", "must be 1 to 10, or critical, high, normal, low, background")
        }
        return priority
    }

    private static func runAt(_ fields: JSONFields, now: Timestamp) throws(Refusal) -> Timestamp? {
        let delay = try fields.duration("delay")
        let word = try fields.word("run_at")
        guard let delay else { return try word.map(runAt) }
        guard word == nil else { throw JSONFields.bad("run_at", "cannot be given beside 'delay'") }
        let instant = now + delay
        guard instant <= RFC3339.latest else { throw JSONFields.bad("delay", "leads beyond the year 9999") }
        return instant
    }

    private static func runAt(_ word: String) throws(Refusal) -> Timestamp {
        if let seconds = Double(decimal: word) {
            guard (0...Double(RFC3339.latest.milliseconds) / 1000).contains(seconds) else {
                throw JSONFields.bad("run_at", "must be Unix seconds from 0 to the year 9999, not '\(word.prefix(40))'")
            }
            return Timestamp(milliseconds: Int64(seconds * 1000))
        }
        guard let instant = RFC3339.parse(word), instant <= RFC3339.latest else {
            throw JSONFields.bad("run_at", "is neither an RFC 3339 time nor Unix seconds: '\(word.prefix(40))'")
        }
        return instant
    }
}
