import Logging
import TextLog

/// A log event as text: the message, then `key=value` for its metadata in the order of the keys.
package struct LogText {
    package let message: String
    /// What a person is shown beside the message: all but the message id.
    package let pairs: [(key: String, value: String)]

    package init(_ event: LogEvent, metadata: Logger.Metadata) {
        message = LogWord.printable(event.message.description)
        pairs = metadata.filter { $0.key != MessageID.metadataKey }
            .sorted { $0.key < $1.key }
            .map { (LogWord.word($0.key), LogWord.word($0.value.description)) }
    }

    package var line: String { LogPairs.line(message: message, pairs: pairs) }
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
