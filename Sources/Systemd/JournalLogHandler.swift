import Logging

/// Log events as journal entries: each piece of metadata is a field of its own, for queries. What a person
/// reads by default is the message alone, with the error when there is one.
package struct JournalLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level

    private let identifier: String
    private let journal: Journal

    package init(identifier: String, level: Logger.Level, journal: Journal) {
        self.identifier = identifier
        self.logLevel = level
        self.journal = journal
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let metadata = Logger.Metadata.merged(logger: metadata, provider: metadataProvider, event: event)
        var entry = JournalEntry()
        let text = LogText(event, metadata: metadata.filter { $0.key == "error" })
        // A mark would tell message and pairs apart for those who read text; here are fields.
        entry.add(.message, text.pairs.isEmpty ? text.message : text.line)
        entry.add(.priority, String(Self.priority(of: event.level)))
        entry.add(.identifier, identifier)
        entry.add(.file, event.file)
        entry.add(.line, String(event.line))
        entry.add(.function, event.function)
        for (key, value) in metadata {
            entry.add(JournalField(metadataKey: key), value.description)
        }
        journal.write(entry)
    }

    /// syslog's numbers, which `journalctl -p` filters by.
    package static func priority(of level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
