import Logging
import Systemd
import Testing

@Suite struct JournalTests {
    private let entries = Recorder<JournalEntry>()

    private func logger(provider: Logger.MetadataProvider? = nil) -> Logger {
        var handler = JournalLogHandler(
            identifier: "jobsupd", level: .trace,
            journal: Journal { [entries] entry in
                entries.record(entry)
                return 0
            })
        handler.metadataProvider = provider
        return Logger(label: "test") { _ in handler }
    }

    private func value(_ key: String) -> String? {
        entries.items.last?[JournalField(metadataKey: key)]
    }

    @Test(arguments: [
        ("pool", "JOBSUP_POOL"), ("worker", "JOBSUP_WORKER"), ("job", "JOBSUP_JOB_ID"), ("type", "JOBSUP_JOB_TYPE"),
        ("queue", "JOBSUP_QUEUE"), ("attempt", "JOBSUP_ATTEMPT"), ("request", "JOBSUP_REQUEST_ID"),
        ("exit-status", "JOBSUP_EXIT_STATUS"),
        ("message_id", "MESSAGE_ID"), ("ß=1\n", "JOBSUP____1_"), ("_pid", "JOBSUP__PID"),
    ])
    func metadataKeysBecomeFields(key: String, field: String) {
        #expect(JournalField(metadataKey: key).name == field)
    }

    @Test func aFieldNameIsNeverLongerThanTheJournalTakes() {
        #expect(JournalField(metadataKey: String(repeating: "x", count: 200)).name.utf8.count == 64)
    }

    @Test func anEventBecomesAnEntry() throws {
        var logger = logger()
        logger[metadataKey: "pool"] = "mail"
        logger.event(.workerKilled, level: .warning, "worker killed", metadata: ["worker": "mail-3", "pid": "17"])
        let entry = try #require(entries.items.first)
        #expect(entry[.message] == "worker killed")
        #expect(entry[.messageID] == MessageID.workerKilled.rawValue)
        #expect(entry[.priority] == "4")
        #expect(entry[.identifier] == "jobsupd")
        #expect(entry[.file]?.hasSuffix("JournalTests.swift") == true)
        #expect(entry[.function] == "anEventBecomesAnEntry()")
        #expect(value("pool") == "mail")
        #expect(value("worker") == "mail-3")
        #expect(value("pid") == "17")
    }

    @Test func theNearerMetadataWins() {
        struct Cause: Error {}
        var logger = logger(provider: Logger.MetadataProvider { ["pool": "task", "queue": "task"] })
        logger[metadataKey: "pool"] = "logger"
        logger[metadataKey: "worker"] = "logger"
        logger.error("failed", error: Cause(), metadata: ["queue": "call"])
        #expect(value("worker") == "logger")
        #expect(value("pool") == "task")
        #expect(value("queue") == "call")
        #expect(value("error") == "Cause()")
        #expect(entries.items.last?[.message] == "failed error=Cause()")
    }

    @Test func aMessageThatEndsLikePairsIsLeftAsItIs() {
        logger().info("paid job=7", metadata: ["job": "8"])
        #expect(entries.items.last?[.message] == "paid job=7" && value("job") == "8")
    }

    @Test func aValueKeepsItsLinesInItsField() {
        logger().info("failed", metadata: ["error": "Traceback\n  line 1\nPRIORITY=0"])
        #expect(value("error") == "Traceback\n  line 1\nPRIORITY=0")
        #expect(entries.items.first?[.message] == #"failed error="Traceback\n  line 1\nPRIORITY=0""#)
    }

    @Test func aHugeValueIsCutBetweenCharacters() throws {
        var entry = JournalEntry()
        entry.add(.message, "x" + String(repeating: "é", count: JournalEntry.maxValueBytes))
        let value = try #require(entry[.message])
        #expect(value.utf8.count < JournalEntry.maxValueBytes + 10)
        #expect(value.hasSuffix("…"))
    }

    @Test(arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func levelsAreSyslogPriorities(level: Logger.Level, priority: Int) {
        #expect(JournalLogHandler.priority(of: level) == priority)
    }

    @Test func whereNoJournalRunsAnEntryIsNotAnError() {
        // On a machine with a journal this leaves one entry of the lowest priority there.
        var entry = JournalEntry()
        entry.add(.message, "an entry of jobsup's tests")
        entry.add(.priority, "7")
        #expect(Journal.system.write(entry))
    }
}
