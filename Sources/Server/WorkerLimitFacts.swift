/// By what the daemon holds workers to their limits.
package struct WorkerLimitFacts: Sendable, Encodable {
    /// `control_groups` or `processes`.
    package let kind: String
    /// A sentence for operators.
    package let message: String

    package init(kind: String, message: String) {
        self.kind = kind
        self.message = message
    }
}
