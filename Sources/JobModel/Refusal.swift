/// Why a job was not taken in: a word for programs, a sentence for people, and what to do.
package struct Refusal: Error, Hashable, Sendable {
    package let code: String
    package let message: String
    package let hint: String

    package init(code: String, message: String, hint: String) {
        self.code = code
        self.message = message
        self.hint = hint
    }
}
