import Logging

/// A log event as text: the message, then `key=value` for its metadata in the order of the keys.
package struct LogText {
    package let message: String
    /// What a person is shown beside the message: all but the message id.
    package let pairs: [(key: String, value: String)]

    package init(_ event: LogEvent, metadata: Logger.Metadata) {
        message = Self.printable(event.message.description)
        pairs = metadata.filter { $0.key != MessageID.metadataKey }
            .sorted { $0.key < $1.key }
            .map { (Self.word($0.key), Self.word($0.value.description)) }
    }

    package var line: String {
        pairs.isEmpty ? message : message + " " + pairs.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    /// A value as one word, quoted when it would not be one. Values come from workers and their users:
    /// none may begin a line of its own, or steer a terminal.
    package static func word(_ text: String) -> String {
        let plain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                scalar != " " && scalar != "\"" && scalar != "=" && scalar != "\\" && !isControl(scalar)
            }
        if plain { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                quoted.append("\\")
                quoted.unicodeScalars.append(scalar)
            default: append(scalar, to: &quoted)
            }
        }
        return quoted + "\""
    }

    /// A message keeps its line breaks (each line after the first is indented) and loses everything
    /// else that steers a terminal; the journal would show an entry with such a byte as a blob.
    package static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\n    "
            case "\t": result += "\t"
            default: append(scalar, to: &result)
            }
        }
        return result
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar {
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        case _ where isControl(scalar): text += "\\u{" + String(scalar.value, radix: 16) + "}"
        default: text.unicodeScalars.append(scalar)
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        // The table of categories is slow, and nearly all of a log is ASCII.
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension Logger.Metadata {
    /// The metadata of an event: what the logger carries, what the task carries, what the call gives;
    /// the nearer wins.
    static func merged(
        logger: Logger.Metadata, provider: Logger.MetadataProvider?, event: LogEvent
    ) -> Logger.Metadata {
        var merged = logger
        if let provider { merged.merge(provider.get()) { _, nearer in nearer } }
        if let given = event.metadata { merged.merge(given) { _, nearer in nearer } }
        if let error = event.error { merged["error"] = "\(error)" }
        return merged
    }
}
