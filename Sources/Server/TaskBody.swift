import Engine
import Foundation
import JobModel

/// Reads what `POST /api/tasks` is given.
enum TaskBody {
    private static let keys: Set<String> = [
        "type", "queue", "payload", "payload_base64", "priority", "delay", "run_at", "max_attempts", "timeout", "key",
    ]

    static func request(_ bytes: [UInt8], at now: Timestamp) throws(Refusal) -> JobRequest {
        let members = try object(bytes)
        for (key, _) in members.members where !keys.contains(key) {
            throw Refusal(
                code: "unknown_field", message: "a task has no field '\(key.prefix(40))'",
                hint: "fields: \(keys.sorted().joined(separator: ", "))")
        }
        guard let type = try text(members, "type") else {
            throw Refusal(code: "missing_field", message: "'type' is missing", hint: "name the job type to run")
        }
        var request = JobRequest(type: type)
        request.queue = try text(members, "queue")
        request.key = try text(members, "key")
        request.payload = try payload(members)
        request.priority = try priority(members)
        request.maxAttempts = try number(members, "max_attempts").map { Int($0) }
        request.timeout = try duration(members, "timeout")
        request.runAt = try runAt(members, now: now)
        return request
    }

    static func batch(_ bytes: [UInt8], at now: Timestamp) throws(Refusal) -> [JobRequest] {
        guard let tasks = try object(bytes)["tasks"] else {
            throw Refusal(code: "missing_field", message: "'tasks' is missing", hint: #"send {"tasks": [{…}, …]}"#)
        }
        let elements: [ArraySlice<UInt8>]
        do throws(JSONMembers.Malformed) { elements = try JSONMembers.elements(of: tasks) } catch {
            throw malformed(error)
        }
        var requests: [JobRequest] = []
        for element in elements { requests.append(try request(Array(element), at: now)) }
        return requests
    }

    /// Reads `{"processes": 5}` or `{"change": -1}`.
    static func scale(_ bytes: [UInt8]) throws(Refusal) -> ScaleChange {
        let members = try object(bytes)
        if let processes = try number(members, "processes") { return .to(Int(processes)) }
        if let change = try number(members, "change") { return .by(Int(change)) }
        throw Refusal(
            code: "missing_field", message: "neither 'processes' nor 'change' is given",
            hint: #"send {"processes": 5} or {"change": -1}"#)
    }

    // MARK: Fields

    private static func payload(_ members: JSONMembers) throws(Refusal) -> [UInt8] {
        if let raw = members["payload"] { return Array(raw) }
        guard let encoded = try text(members, "payload_base64") else { return [] }
        guard let data = Data(base64Encoded: encoded) else { throw bad("payload_base64", "is not Base64") }
        return [UInt8](data)
    }

    private static func priority(_ members: JSONMembers) throws(Refusal) -> Priority? {
        guard let raw = members["priority"], !isNull(raw) else { return nil }
        let word = raw.first == UInt8(ascii: "\"") ? try text(members, "priority") ?? "" : string(raw)
        guard let priority = Priority(word) else {
            throw bad("priority", "must be 1 to 10, or critical, high, normal, low, background")
        }
        return priority
    }

    private static func runAt(_ members: JSONMembers, now: Timestamp) throws(Refusal) -> Timestamp? {
        if let delay = try duration(members, "delay") { return now + delay }
        guard let raw = members["run_at"], !isNull(raw) else { return nil }
        if raw.first == UInt8(ascii: "\"") {
            let word = try text(members, "run_at") ?? ""
            guard let instant = RFC3339.parse(word) else { throw bad("run_at", "is not an RFC 3339 time: '\(word)'") }
            return instant
        }
        guard let seconds = try number(members, "run_at"), abs(seconds) < 1e12 else {
            throw bad("run_at", "must be an RFC 3339 time or Unix seconds")
        }
        return Timestamp(milliseconds: Int64(seconds * 1000))
    }

    /// Seconds as a number, or a number with a unit (`250ms`, `10s`, `5m`, `1h`, `2d`).
    private static func duration(_ members: JSONMembers, _ key: String) throws(Refusal) -> Duration? {
        guard let raw = members[key], !isNull(raw) else { return nil }
        let word = raw.first == UInt8(ascii: "\"") ? try text(members, key) ?? "" : string(raw)
        guard let duration = Duration(text: word), duration >= .zero else {
            throw bad(key, "must be seconds, or a number with a unit: 250ms, 10s, 5m, 1h, 2d")
        }
        return duration
    }

    private static func number(_ members: JSONMembers, _ key: String) throws(Refusal) -> Double? {
        guard let raw = members[key], !isNull(raw) else { return nil }
        guard let value = Double(string(raw)), abs(value) < 1e15 else { throw bad(key, "must be a number") }
        return value
    }

    private static func text(_ members: JSONMembers, _ key: String) throws(Refusal) -> String? {
        guard let raw = members[key], !isNull(raw) else { return nil }
        guard raw.first == UInt8(ascii: "\"") else { throw bad(key, "must be a string") }
        let inner = raw.dropFirst().dropLast()
        if !inner.contains(UInt8(ascii: "\\")) { return string(inner) }
        guard let value = try? JSONDecoder().decode(String.self, from: Data(raw)) else {
            throw bad(key, "is not a valid string")
        }
        return value
    }

    private static func object(_ bytes: [UInt8]) throws(Refusal) -> JSONMembers {
        do throws(JSONMembers.Malformed) { return try JSONMembers(bytes) } catch { throw malformed(error) }
    }

    private static func malformed(_ error: JSONMembers.Malformed) -> Refusal {
        Refusal(
            code: "bad_json", message: "the body is not what it should be at byte \(error.offset): \(error.message)",
            hint: "send a JSON object")
    }

    private static func bad(_ key: String, _ what: String) -> Refusal {
        Refusal(code: "bad_field", message: "'\(key)' \(what)", hint: "correct the field '\(key)'")
    }

    private static func isNull(_ raw: ArraySlice<UInt8>) -> Bool { raw.elementsEqual("null".utf8) }
    private static func string(_ raw: ArraySlice<UInt8>) -> String { String(decoding: raw, as: UTF8.self) }
}
