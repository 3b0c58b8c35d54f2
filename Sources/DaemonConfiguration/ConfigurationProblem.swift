/// Something in the configuration that an operator has to correct, or to know.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    package let origin: Origin
    /// The key's path, `pools.mail.processes`; empty when it concerns a whole file.
    package let key: String
    package let message: String

    package init(origin: Origin, key: String, message: String) {
        self.origin = origin
        self.key = key
        self.message = message
    }

    package var description: String {
        let place = origin == .builtIn ? "" : "\(origin): "
        return key.isEmpty ? place + message : "\(place)\(key): \(message)"
    }
}

/// All that is wrong with a configuration, not only the first.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    package let problems: [ConfigurationProblem]

    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
