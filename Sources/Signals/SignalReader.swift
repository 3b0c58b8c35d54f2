import Scaling

/// One source of figures. Its calls block, for about the timeout of the settings at most; all of them come from one thread,
/// which it never leaves.
protocol SignalReader {
    mutating func read() throws(SignalFailure) -> SignalReading
}

/// Who asks: programs are started, and variables looked up, as for the workers of the pool.
package struct SignalPlace: Sendable, Hashable {
    package var environment: [String: String]
    package var directory: String?
    package var user: String?
    package var group: String?

    package init(environment: [String: String], directory: String? = nil, user: String? = nil, group: String? = nil) {
        self.environment = environment
        self.directory = directory
        self.user = user
        self.group = group
    }
}

extension SecretURL {
    /// The URL, or what to do so that there is one.
    func text(in place: SignalPlace) throws(SignalFailure) -> String {
        if let text = resolved(in: place.environment) { return text }
        throw SignalFailure(
            "the pool's environment has no variable \(self)",
            hint: "give it by the pool's environment, environment_file or credentials, and reload")
    }

    /// It does not have the right form; the text itself may be all secret.
    func isNot(_ form: String) -> SignalFailure {
        SignalFailure(
            "the url is not of the form \(form)",
            hint: "correct it; write @ : / ? and # in a password as %40 %3A %2F %3F %23")
    }
}
