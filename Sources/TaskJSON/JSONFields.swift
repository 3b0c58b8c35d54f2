import Foundation
import JobModel

/// Reads the fields of a JSON object that has come from outside; a field that is `null` counts as absent.
///
/// Every mistake is a ``Refusal`` that names the field and says what it should be.
package struct JSONFields {
    private let members: JSONMembers

    package init(_ bytes: [UInt8]) throws(Refusal) {
        do throws(JSONMembers.Malformed) { members = try JSONMembers(bytes) } catch { throw Self.refusal(error) }
    }

    /// Refuses every member that is not among `known`; `owner` is what the object stands for.
    package func refuseOthers(than known: Set<String>, in owner: String) throws(Refusal) {
        for (key, _) in members.members where !known.contains(key) {
            let suggestion = Suggestion.nearest(to: key, in: known).map { "did you mean '\($0)'? " } ?? ""
            throw Refusal(
                code: "unknown_field", message: "\(owner) has no field '\(key.prefix(40))'",
                hint: suggestion + "fields: \(known.sorted().joined(separator: ", "))")
        }
    }

    /// The field's bytes as they came, also when they are `null`.
    package func raw(_ key: String) -> ArraySlice<UInt8>? { members[key] }

    package func text(_ key: String) throws(Refusal) -> String? {
        guard let raw = value(key) else { return nil }
        guard raw.first == UInt8(ascii: "\"") else { throw Self.bad(key, "must be a string") }
        let inner = raw.dropFirst().dropLast()
        if !inner.contains(UInt8(ascii: "\\")) { return Self.string(inner) }
        guard let value = try? JSONDecoder().decode(String.self, from: Data(raw)) else {
            throw Self.bad(key, "is not a valid string")
        }
        return value
    }

    package func integer(_ key: String) throws(Refusal) -> Int? {
        guard let raw = value(key) else { return nil }
        guard let number = Double(Self.string(raw)), abs(number) < 1e15, let integer = Int(exactly: number) else {
            throw Self.bad(key, "must be a whole number")
        }
        return integer
    }

    package func flag(_ key: String) throws(Refusal) -> Bool? {
        guard let raw = value(key) else { return nil }
        switch Self.string(raw) {
        case "true": return true
        case "false": return false
        default: throw Self.bad(key, "must be true or false")
        }
    }

    /// A string's contents, or any other value as it is written.
    package func word(_ key: String) throws(Refusal) -> String? {
        guard let raw = value(key) else { return nil }
        return raw.first == UInt8(ascii: "\"") ? try text(key) : Self.string(raw)
    }

    /// Seconds as a number, or a number with a unit (`250ms`, `10s`, `5m`, `1h`, `2d`).
    package func duration(_ key: String) throws(Refusal) -> Duration? {
        guard let word = try word(key) else { return nil }
        guard let duration = Duration(text: word), duration >= .zero else {
            throw Self.bad(key, "must be seconds, or a number with a unit: 250ms, 10s, 5m, 1h, 2d; at least 1ms, or 0")
        }
        return duration
    }

    /// The elements of an array, byte for byte.
    package func elements(_ key: String) throws(Refusal) -> [ArraySlice<UInt8>]? {
        guard let raw = value(key) else { return nil }
        do throws(JSONMembers.Malformed) { return try JSONMembers.elements(of: raw) } catch {
            throw Self.bad(key, "must be an array")
        }
    }

    package static func bad(_ key: String, _ what: String) -> Refusal {
        Refusal(code: "bad_field", message: "'\(key)' \(what)", hint: "correct the field '\(key)'")
    }

    private func value(_ key: String) -> ArraySlice<UInt8>? {
        guard let raw = members[key], !raw.elementsEqual("null".utf8) else { return nil }
        return raw
    }

    private static func refusal(_ error: JSONMembers.Malformed) -> Refusal {
        Refusal(
            code: "bad_json", message: "this is not a JSON object: at byte \(error.offset + 1), \(error.message)",
            hint: #"send an object like {"type": "send_mail", "payload": {"to": "a@b.c"}}"#)
    }

    private static func string(_ raw: ArraySlice<UInt8>) -> String { String(decoding: raw, as: UTF8.self) }
}
