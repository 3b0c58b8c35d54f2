import Foundation
import Testing

/// The built command at both ends: exit codes, what goes to which stream, and what it asks of the daemon.
@Suite(.timeLimit(.minutes(2))) struct ProgramTests {
    private typealias Reply = SocketServer.Reply

    private static let job =
        #"{"task_id":"7","type":"mail","queue":"q","status":"STATUS","priority":5,"attempt":1,"max_attempts":5,"#
        + #""crashes":0,"enqueued_at":"1970-01-01T00:00:00.000Z","attempts":[],"result":{"n":1.0}}"#

    private static func error(_ status: UInt, _ code: String, _ message: String, _ hint: String) -> Reply {
        Reply(
            status: .init(statusCode: Int(status)),
            body: #"{"error":{"code":"\#(code)","message":"\#(message)","hint":"\#(hint)"}}"#)
    }

    private func serving(
        _ reply: @escaping @Sendable (String) -> SocketServer.Reply?,
        _ body: (Program, SocketServer) async throws -> Void
    ) async throws {
        let server = try await SocketServer(reply)
        try await body(Program(socketDirectory: server.directory), server)
        try await server.close()
    }

    @Test func aDaemonThatIsNotThereIsMissedAtOnce() async throws {
        for arguments in ["status", "worker", "queue"] {
            let outcome = try await Program(socketDirectory: "/no/such/directory").run(arguments)
            #expect(outcome.status == 4 && outcome.output == "")
            #expect(outcome.errors.contains("cannot reach jobsupd at /no/such/directory/api.sock"))
            #expect(outcome.errors.contains("systemctl status supervisor"))
        }
        let stream = try await Program(socketDirectory: "/no/such/directory").run("enqueue", input: "{}\n")
        #expect(stream.status == 4 && stream.errors.contains("/no/such/directory/client.sock"))
    }

    @Test func aSocketWithoutAListenerIsToldFromNone() async throws {
        let server = try await SocketServer { _ in Reply() }
        // What a daemon that was killed leaves behind.
        let left = server.directory + "-left"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: server.directory + "/api.sock", toPath: left + "/api.sock")
        try await server.close()
        let outcome = try await Program(socketDirectory: left).run("status")
        #expect(outcome.status == 4 && outcome.errors.contains("nobody listens"), "\(outcome)")
        try FileManager.default.removeItem(atPath: left)
    }

    @Test func aClosedConnectionIsExplained() async throws {
        try await serving({ _ in nil }) { program, _ in
            let outcome = try await program.run("status")
            #expect(outcome.status == 4 && outcome.errors.contains("does not let this user in"), "\(outcome)")
        }
    }

    @Test func theDaemonsWordsReachTheUser() async throws {
        let replies = [
            "GET /api/tasks/9": Self.error(404, "unknown_task", "there is no job 9", "it may have been pruned"),
            "DELETE /api/tasks/7": Self.error(409, "already_finished", "job 7 has finished", "jobsup job 7 shows it"),
            "GET /api/queues/malx": Self.error(404, "unknown_queue", "there is no queue 'malx'", "jobsup queue"),
            "GET /api/pools": Reply(status: .internalServerError, body: "oops"),
            "GET /api/workers": Reply(body: "[]"),
        ]
        try await serving({ replies[$0] ?? Reply() }) { program, _ in
            let unknown = try await program.run("job", "9")
            #expect(unknown.status == 3 && unknown.output == "")
            #expect(unknown.errors == "jobsup: there is no job 9\n  it may have been pruned\n")
            let finished = try await program.run("job", "cancel", "7")
            #expect(finished.status == 5 && finished.errors.contains("jobsup job 7 shows it"))
            #expect(try await program.run("queue", "malx").status == 3)
            let broken = try await program.run("pool")
            #expect(broken.status == 5 && broken.errors.contains("500"))
            let strange = try await program.run("worker")
            #expect(strange.status == 5 && strange.errors.contains("cannot be understood"))
            // For programs, the document goes through as it came, whatever it is.
            #expect(try await program.run("worker", "--json").output == "[]\n")
        }
    }

    @Test func waitingPrintsTheResultAlone() async throws {
        let accepted = Reply(status: .accepted, body: #"{"task_id":"7","status":"queued","existing":false}"#)
        let done = Reply(body: Self.job.replacing("STATUS", with: "completed"))
        try await serving({ $0.hasPrefix("POST") ? accepted : done }) { program, server in
            let outcome = try await program.run("enqueue", "mail", "--payload", #"{"a": 1.0}"#, "--wait=5s")
            #expect(outcome.status == 0 && outcome.output == #"{"n":1.0}"# + "\n" && outcome.errors == "", "\(outcome)")
            #expect(server.requests.first == #"POST /api/tasks {"type":"mail","payload":{"a": 1.0}}"#)
            #expect(server.requests.last?.hasPrefix("GET /api/tasks/7?wait=") == true)
        }
    }

    @Test func aResultThatIsNoTextIsPrintedByteForByte() async throws {
        let results = [
            (Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0xFF]), ""), (Data([0x61, 0x00]), ""),
            (Data("text".utf8), "\n"), (Data(), "\n"),
        ]
        for (result, end) in results {
            let body = Self.job.replacing("STATUS", with: "completed")
                .replacing(#""result":{"n":1.0}"#, with: #""result_base64":"\#(result.base64EncodedString())""#)
            try await serving({ _ in Reply(body: body) }) { program, _ in
                let outcome = try await program.run("job", "7", "--wait")
                #expect(outcome.status == 0 && outcome.bytes == result + Data(end.utf8), "\(Array(outcome.bytes))")
            }
        }
    }

    @Test func outputThatCannotBeWrittenIsAFailure() async throws {
        try await serving({ _ in Reply(body: #"{"queues":[]}"#) }) { program, _ in
            for arguments in [["queue"], ["queue", "--json"], ["--help"], ["--generate-completion-script", "bash"]] {
                let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
                let outcome = try await program.run(arguments, output: full)
                #expect(outcome.status == 74, "\(arguments)")
                #expect(outcome.errors == "jobsup: cannot write to standard output: No space left on device\n")
            }
        }
    }

    @Test func aReaderThatHasGoneEndsTheCommandSilently() async throws {
        try await serving({ _ in Reply(body: #"{"queues":[]}"#) }) { program, _ in
            // `status --watch` would go on for ever.
            for arguments in [["queue"], ["queue", "--json"], ["--help"], ["status", "--watch", "--json"]] {
                let pipe = Pipe()
                try pipe.fileHandleForReading.close()
                let outcome = try await program.run(arguments, output: pipe.fileHandleForWriting)
                #expect(outcome.status == 0 && outcome.errors == "", "\(arguments): \(outcome)")
            }
        }
    }

    @Test func valuesThatLookLikeNumbersReachTheDaemonUnchanged() async throws {
        let accepted = Reply(status: .accepted, body: #"{"task_id":"7","status":"queued","existing":false}"#)
        try await serving({ _ in accepted }) { program, server in
            _ = try await program.run("enqueue", "t", "--raw", "--payload", "-5", "--key", "-5")
            #expect(server.requests.last == #"POST /api/tasks {"type":"t","key":"-5","payload_base64":"LTU="}"#)
            _ = try await program.run("enqueue", "t", "--payload", "-1.5")
            #expect(server.requests.last == #"POST /api/tasks {"type":"t","payload":-1.5}"#)
            _ = try await program.run("enqueue", "t", "--raw", "--payload", "--wait=5s")
            #expect(server.requests.last == #"POST /api/tasks {"type":"t","payload_base64":"LS13YWl0PTVz"}"#)
        }
    }

    @Test func aJobThatDidNotCompleteIsAFailure() async throws {
        for status in ["failed", "timeout", "cancelled", "expired"] {
            let ended = Reply(body: Self.job.replacing("STATUS", with: status))
            try await serving({ _ in ended }) { program, _ in
                let outcome = try await program.run("job", "7", "--wait")
                #expect(outcome.status == 1 && outcome.output == "")
                #expect(outcome.errors.contains("job 7 ended as \(status)"))
                let json = try await program.run("job", "7", "--wait", "--json")
                #expect(json.status == 1 && json.output == ended.body + "\n")
            }
        }
    }

    @Test func theTimeToWaitIsOver() async throws {
        let running = Reply(body: Self.job.replacing("STATUS", with: "processing"))
        try await serving({ _ in running }) { program, server in
            let outcome = try await program.run("job", "7", "--wait=0.2s")
            #expect(outcome.status == 6 && outcome.output == "", "\(outcome)")
            #expect(outcome.errors.contains("still processing after 200 ms"))
        }
    }

    @Test func scalingShowsBeforeAndAfter() async throws {
        @Sendable func outcome(dryRun: Bool) -> Reply {
            let pool =
                #"{"name":"mail","kind":"socket","health":"healthy","generation":1,"rollout":{"state":"none"},"#
                + #""recycled":0,"ends":[],"removed":false,"wanted":2,"actual":0,"ready":0,"busy":0,"starting":0,"scaling":"fixed","#
                + #""draining":0,"backoff":0,"queues":[],"concurrency":1,"min":0,"max":9,"restarts":0,"workers":[],"#
                + #""manual":{"who":"anna","processes":2}}"#
            return Reply(
                body: #"{"from":3,"to":2,"reason":"3 → 2: set by hand","dry_run":\#(dryRun),"pool":\#(pool)}"#)
        }
        try await serving({ _ in outcome(dryRun: false) }) { program, server in
            let said = try await program.run("scale", "mail", "-1")
            #expect(said.status == 0 && said.output == "pool mail: 3 → 2 processes, 2 set by anna until `auto`\n")
            #expect(server.requests == [#"POST /api/pools/mail/scale {"change":-1}"#])
            #expect(try await program.run("scale", "mail", "+1", "--json").output == outcome(dryRun: false).body + "\n")
        }
        try await serving({ _ in outcome(dryRun: true) }) { program, server in
            let said = try await program.run("scale", "mail", "2", "--dry-run")
            #expect(said.output == "pool mail would go 3 → 2: set by hand\n")
            #expect(server.requests == [#"POST /api/pools/mail/scale {"dry_run":true,"processes":2}"#])
        }
    }

    @Test func listsAreFilteredByTheDaemon() async throws {
        let list = Reply(body: #"{"tasks":[\#(Self.job.replacing("STATUS", with: "completed"))]}"#)
        try await serving({ _ in list }) { program, server in
            let outcome = try await program.run("job", "list", "--state", "completed", "--queue", "a b", "--limit", "5")
            #expect(server.requests == ["GET /api/tasks?state=completed&queue=a%20b&limit=5"])
            #expect(outcome.output.hasPrefix("JOB  TYPE  QUEUE  STATUS"))
            // A pipe gets no colours.
            #expect(!outcome.output.contains("\u{1B}"))
        }
    }

    @Test func wrongUsageIsSaidToBe() async throws {
        let program = Program(socketDirectory: "/no/such/directory")
        #expect(try await program.run("scale", "mail", "many").status == 64)
        #expect(try await program.run("enqueue", "mail", "--payload", "{x").status == 64)
        #expect(try await program.run("nonsense").status == 64)
        #expect(try await program.run("config", "check", "/no/such/file").status == 64)
        #expect(try await program.run("--help").output.contains("Exit codes:"))
        #expect(try await program.run("--generate-completion-script", "bash").output.contains("scale"))
    }
}
