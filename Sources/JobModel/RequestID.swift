/// The id of a request from outside, by which what came of it is found in every log: it goes with the request's jobs to
/// their workers. A text, since it is the caller's own.
package enum RequestID {
    package static let limitBytes = 128

    /// Visible ASCII without spaces: whatever else could break a header, a line of a log or an environment stays outside.
    package static func isValid(_ text: String) -> Bool {
        (1...limitBytes).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    package static func check(_ text: String) throws(Refusal) {
        guard !isValid(text) else { return }
        throw Refusal(
            code: "bad_request_id", message: "'\(text.prefix(40))' cannot be the id of a request",
            hint: "give 1 to \(limitBytes) visible ASCII characters without spaces, or leave it out")
    }

    /// 16 digits: one for a request that brought none.
    package static func random(using generator: inout some RandomNumberGenerator) -> String {
        let digits = String(generator.next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
