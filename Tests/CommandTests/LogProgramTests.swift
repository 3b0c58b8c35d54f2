import Foundation
import Testing

@testable import jobsup

/// `jobsup logs` and `jobsup job logs` as programs: arguments, exit codes, where they read, and `journalctl`.
@Suite(.timeLimit(.minutes(2))) struct LogProgramTests {
    private typealias Reply = SocketServer.Reply

    private static func status(_ log: String) -> Reply {
        Reply(
            body: #"{"version":"0.1.0","pid":1,"started_at":"1970-01-01T00:00:00.000Z","store":{"kind":"s","path":"/","#
                + #""synchronous":"full","ok":true},"log":\#(log),"totals":{},"queues":[],"pools":[],"warnings":[]}"#)
    }

    private static func job(_ status: String) -> Reply {
        Reply(
            body: #"{"task_id":"7","type":"t","queue":"q","status":"\#(status)","priority":5,"attempt":1,"#
                + #""max_attempts":5,"crashes":0,"enqueued_at":"1970-01-01T00:00:00.000Z","attempts":[]}"#)
    }

    private static let lines = """
        2030-01-01T00:00:00.001Z notice   jobsupd 0.1.0 is ready pools=1 version=0.1.0
        2030-01-01T00:00:00.002Z info     hello attempt=1 job=7 pid=12 pool=mail queue=q stream=stdout worker=mail-3
        2030-01-01T00:00:00.003Z notice   \\u{1b}[2J job=7 -- job=8 pid=12 pool=mail queue=q stream=stderr worker=mail-3

        """

    /// Serves a daemon whose log is in a file of its own; `body` gets the file's path too.
    private func serving(
        _ text: String = lines, _ reply: @escaping @Sendable (String) -> Reply? = { _ in job("completed") },
        _ body: (Program, SocketServer, String) async throws -> Void
    ) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "jobsup-log-\(UUID().uuidString)").path
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let server = try await SocketServer { request in
            request.hasPrefix("GET /api/status") ? Self.status(#"{"kind":"file","path":"\#(path)"}"#) : reply(request)
        }
        try await body(Program(socketDirectory: server.directory), server, path)
        try await server.close()
    }

    @Test func linesSayWhenHowWhoAndWhat() async throws {
        try await serving { program, server, _ in
            let outcome = try await program.run("logs")
            #expect(outcome.status == 0 && outcome.errors == "", "\(outcome)")
            #expect(
                outcome.output == """
                    2030-01-01T00:00:00.001Z notice   jobsupd: jobsupd 0.1.0 is ready
                    2030-01-01T00:00:00.002Z info     mail-3 job 7: hello
                    2030-01-01T00:00:00.003Z notice   mail-3 job 8: \\u{1b}[2J job=7

                    """)
            #expect(server.requests == ["GET /api/status"])
            let last = try await program.run("logs", "-n", "1", "--worker", "mail-3", "--json")
            #expect(
                last.output == #"{"fields":{"job":"8","pid":"12","pool":"mail","queue":"q","stream":"stderr","#
                    + #""worker":"mail-3"},"level":"notice","message":"\\u{1b}[2J job=7","#
                    + #""time":"2030-01-01T00:00:00.003Z"}"# + "\n")
        }
    }

    @Test func aJobsLinesAreFoundByItsId() async throws {
        let unknown = Reply(
            status: .notFound, body: #"{"error":{"code":"c","message":"there is no job 9","hint":"h"}}"#)
        try await serving(Self.lines, { $0.contains("tasks/9") ? unknown : Self.job("completed") }) {
            program, _, path in
            #expect(try await program.run("job", "logs", "7").output.contains("hello\n"))
            #expect(try await program.run("job", "logs", "8").output.contains("hello") == false)
            let missing = try await program.run("job", "logs", "9")
            #expect(missing.status == 3 && missing.errors.contains("there is no job 9"))
            #expect(try await program.run("job", "logs", "x").status == 64)
            let alone = Program(socketDirectory: "/no/such/directory")
            #expect(try await alone.run("job", "logs", "7", "--file", path).output.contains("hello\n"))
            #expect(
                try await alone.run("logs", "--file", path, "--level", "notice", "-n", "5").output.contains("ready"))
        }
    }

    @Test func followingEndsWithTheJob() async throws {
        try await serving(Self.lines, { $0.contains("wait=") ? Self.job("failed") : Self.job("processing") }) {
            program, _, _ in
            let outcome = try await program.run("job", "logs", "7", "--follow")
            #expect(outcome.status == 0 && outcome.output.contains("mail-3 job 7: hello\n"), "\(outcome)")
        }
    }

    @Test func followingEndsWhenNobodyReads() async throws {
        try await serving(Self.lines, { _ in Self.job("processing") }) { program, _, _ in
            let pipe = Pipe()
            try pipe.fileHandleForReading.close()
            let outcome = try await program.run(["logs", "--follow"], output: pipe.fileHandleForWriting)
            #expect(outcome.status == 0 && outcome.errors == "")
        }
    }

    @Test func whereThereIsNoLogThatIsSaid() async throws {
        let away = try await Program(socketDirectory: "/no/such/directory").run("logs")
        #expect(away.status == 4 && away.errors.contains("jobsup logs --file PATH"))
        for (log, words) in [
            (#"{"kind":"stderr"}"#, "is not kept"), ("null", "does not say where"),
            (#"{"kind":"file","path":"/no/such/log"}"#, "there is no log at /no/such/log"),
        ] {
            let server = try await SocketServer { _ in Self.status(log) }
            let outcome = try await Program(socketDirectory: server.directory).run("logs")
            #expect(outcome.status == 66 && outcome.output == "" && outcome.errors.contains(words), "\(outcome)")
            try await server.close()
        }
    }

    /// Runs the command with a `journalctl` in its PATH that says what it was called with, and does as `script` says.
    private func withJournal(
        _ script: String, unit: String = #","unit":"supervisor.service""#,
        _ body: (Program, @Sendable () throws -> [String]) async throws -> Void
    ) async throws {
        let server = try await SocketServer { request in
            if request.hasPrefix("GET /api/status") { return Self.status(#"{"kind":"journal"\#(unit)}"#) }
            return request.contains("wait=") ? Self.job("completed") : Self.job("processing")
        }
        let arguments = server.directory + "/arguments"
        let path = server.directory + "/journalctl"
        try "#!/bin/sh\nprintf '%s\\n' \"$@\" > \(arguments)\n\(script)\n".write(
            toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        try await body(Program(socketDirectory: server.directory, path: server.directory + ":/usr/bin:/bin")) {
            try String(contentsOfFile: arguments, encoding: .utf8).split(separator: "\n").map(String.init)
        }
        try await server.close()
    }

    private static let entries = #"""
        cat <<'END'
        {"__REALTIME_TIMESTAMP":"1893456000002500","PRIORITY":"5","MESSAGE":"hello","JOBSUP_JOB_ID":"7","JOBSUP_POOL":"mail","JOBSUP_WORKER":"mail-3","JOBSUP_QUEUE":"q","JOBSUP_JOB_TYPE":"t","_PID":"1"}
        {"__REALTIME_TIMESTAMP":"1893456000003000","PRIORITY":"3","MESSAGE":[97,27,91,255],"JOBSUP_JOB_ID":["7","7"],"JOBSUP_WORKER":"mail-3"}
        nonsense
        {"__REALTIME_TIMESTAMP":"1893456000004000","MESSAGE":null,"JOBSUP_JOB_ID":"7"}
        END
        """#

    @Test func theJournalIsReadByItsOwnProgram() async throws {
        try await withJournal(Self.entries) { program, arguments in
            let outcome = try await program.run("job", "logs", "7")
            #expect(outcome.status == 0 && outcome.errors == "", "\(outcome)")
            #expect(
                outcome.output == """
                    2030-01-01T00:00:00.002Z notice   mail-3 job 7: hello
                    2030-01-01T00:00:00.003Z error    mail-3 job 7: a [\u{FFFD}
                    2030-01-01T00:00:00.004Z info     jobsupd job 7:\u{20}

                    """)
            let given = try arguments()
            #expect(
                given == [
                    "--output=json", "--all", "--no-pager", "_SYSTEMD_UNIT=supervisor.service",
                    "SYSLOG_IDENTIFIER=jobsupd",
                    "JOBSUP_JOB_ID=7",
                ])
            let json = try await program.run("logs", "--json").output.split(separator: "\n")
            #expect(json.first?.contains(#""job":"7","pool":"mail","queue":"q","type":"t""#) == true)
        }
    }

    @Test func whatIsAskedForIsAskedOfTheJournal() async throws {
        try await withJournal("", unit: "") { program, arguments in
            let wanted = ["--pool", "a b;$(x)", "--worker", "w-1", "--queue", "q", "--job", "7", "--level", "warning"]
            #expect(try await program.run(["logs", "-n", "5", "--since", "2030-01-01T00:00:00Z"] + wanted).status == 0)
            let given = try arguments()
            #expect(
                given == [
                    "--output=json", "--all", "--no-pager", "--lines=5", "--priority=4", "--since=@1893456000",
                    "SYSLOG_IDENTIFIER=jobsupd", "JOBSUP_POOL=a b;$(x)", "JOBSUP_WORKER=w-1", "JOBSUP_JOB_ID=7",
                    "JOBSUP_QUEUE=q",
                ])
            #expect(try await program.run("logs").status == 0)
            let standard = try arguments()
            #expect(standard.contains("--lines=100"))
        }
    }

    @Test func followingTheJournalEndsWithTheJob() async throws {
        // It would go on for ever, and is ended.
        try await withJournal("echo $$ > \"$0.pid\"\n" + Self.entries + "\nexec sleep 600") { program, arguments in
            let outcome = try await program.run("job", "logs", "7", "--follow")
            #expect(outcome.status == 0 && outcome.output.contains("mail-3 job 7: hello"), "\(outcome)")
            let given = try arguments()
            #expect(given.contains("--follow") && given.contains("--no-tail"))
            let directory = try #require(program.environment["PATH"]?.split(separator: ":").first)
            let file = "\(directory)/journalctl.pid"
            let number = try #require(pid_t(String(contentsOfFile: file, encoding: .utf8).dropLast()))
            #expect(kill(number, 0) != 0)
        }
    }

    @Test func whatTheJournalComplainsOfIsPassedOn() async throws {
        for (script, words, follow) in [
            ("echo 'Failed to open: broken' >&2; exit 1", "Failed to open: broken", false),
            ("exit 3", "could not read the journal", false),
            ("echo 'Hint: You are currently not seeing messages from other users' >&2", "systemd-journal", false),
            (
                "echo 'No journal files were opened due to insufficient permissions.' >&2; exit 1", "systemd-journal",
                false
            ),
            ("echo 'Hint: You are currently not seeing messages' >&2; echo; exec sleep 600", "systemd-journal", true),
        ] {
            try await withJournal(script) { program, _ in
                let outcome = try await program.run(["logs"] + (follow ? ["--follow"] : []))
                #expect(outcome.status == 66 && outcome.errors.contains(words), "\(outcome)")
            }
        }
        let server = try await SocketServer { _ in Self.status(#"{"kind":"journal"}"#) }
        let outcome = try await Program(socketDirectory: server.directory, path: "/no/such").run("logs")
        #expect(outcome.status == 66 && outcome.errors.contains("is it in PATH?"), "\(outcome)")
        try await server.close()
    }
}
