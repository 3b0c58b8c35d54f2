import Logging

/// Puts log events among those of the engine, to be written in their turn: whoever logs through this waits for no disk.
struct QueuedLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level

    private let log: EventLog
    private let written: any LogHandler

    init(_ written: any LogHandler, by log: EventLog) {
        self.log = log
        self.written = written
        logLevel = written.logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        // Now, and not when it is written: the task that it speaks of may be another one then.
        var all = metadata
        if let metadataProvider { all.merge(metadataProvider.get()) { _, nearer in nearer } }
        if let given = event.metadata { all.merge(given) { _, nearer in nearer } }
        event.metadata = all
        log.receive { [event, written] _ in written.log(event: event) }
    }
}
