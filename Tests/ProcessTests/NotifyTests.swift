import Foundation
import Testing

@testable import ProcessHost

/// Real senders on a real socket.
@Suite("Notify", .timeLimit(.minutes(1)))
struct NotifyTests {
    /// One that says each of its arguments as a message and then sleeps.
    private static let speaker = """
        import os, socket, sys, time
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.connect(os.environ["NOTIFY_SOCKET"])
        for text in sys.argv[1:]: s.send(text.encode())
        time.sleep(1000)
        """

    private func withSocket(
        on host: ProcessHost = TestHost.shared, _ body: (NotifySocket) async throws -> Void
    ) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("notify-\(UUID().uuidString)").path
        let socket = try host.openNotifySocket(path: path, mode: 0o666)
        defer { host.closeNotifySocket(socket) }
        try await body(socket)
    }

    private func python(_ script: String, _ arguments: [String] = [], _ socket: NotifySocket?) -> SpawnRequest {
        SpawnRequest(
            executable: "/usr/bin/python3", arguments: ["-c", script] + arguments,
            environment: ["PATH": "/usr/bin:/bin"], notifySocket: socket)
    }

    private func shell(_ script: String, _ socket: NotifySocket?) -> SpawnRequest {
        var request = TestHost.shell(script)
        request.notifySocket = socket
        return request
    }

    private func notified(_ witness: Witness, _ isRight: @escaping @Sendable (NotifyMessage) -> Bool) async throws {
        _ = try await witness.wait(for: "a notification") { Self.messages($0).contains(where: isRight) ? true : nil }
    }

    private static func messages(_ events: [ProcessEvent]) -> [NotifyMessage] {
        events.compactMap { if case .notified(let message) = $0 { message } else { nil } }
    }

    @Test func whatTheProcessSaysComesInOrderAfterItsStart() async throws {
        try await withSocket { socket in
            let (handle, witness) = TestHost.start(
                python(Self.speaker, ["READY=1", "RELOADING=1", "READY=1\nSTATUS=fine", "STOPPING=1"], socket))
            try await notified(witness) { $0.stopping }
            handle.killTree()
            _ = try await witness.exit()
            guard case .started = witness.events.first, case .exited = witness.events.last else {
                Issue.record("not in order: \(witness.events)")
                return
            }
            let said = Self.messages(witness.events).map { [$0.ready, $0.reloading, $0.stopping] }
            #expect(
                said == [[true, false, false], [false, true, false], [true, false, false], [false, false, true]])
            #expect(Self.messages(witness.events).contains { $0.status == "fine" })
        }
    }

    @Test(.enabled(if: access("/usr/bin/systemd-notify", X_OK) == 0, "needs systemd-notify"))
    func systemdNotifyIsUnderstoodFromADescendant() async throws {
        try await withSocket { socket in
            // It waits at a barrier: it ends only when its message was dealt with.
            let (handle, witness) = TestHost.start(
                shell("systemd-notify --ready --status='up and running' && echo done; exec sleep 1000", socket))
            _ = try await witness.line { $0 == "done" }
            #expect(Self.messages(witness.events).contains { $0.ready && $0.status == "up and running" })
            handle.killTree()
            _ = try await witness.exit()
        }
    }

    @Test func daemonThatEscapedIsStillOfTheTree() async throws {
        try await withSocket { socket in
            let script = "(setsid /usr/bin/python3 -c '\(Self.speaker)' STATUS=escaped &); exec sleep 1000"
            let (handle, witness) = TestHost.start(shell(script, socket))
            try await notified(witness) { $0.status == "escaped" }
            handle.killTree()
            _ = try await witness.exit()
        }
    }

    @Test func processesOnOneSocketAreToldApart() async throws {
        try await withSocket { socket in
            let all = (0..<20).map { TestHost.start(python(Self.speaker, ["STATUS=\($0)"], socket)) }
            for (index, (_, witness)) in all.enumerated() { try await notified(witness) { $0.status == "\(index)" } }
            for (handle, witness) in all {
                handle.killTree()
                _ = try await witness.exit()
                #expect(Self.messages(witness.events).count == 1)
            }
        }
    }

    @Test func strangersAreNotBelieved() async throws {
        try await withSocket { socket in
            let (handle, witness) = TestHost.start(python(Self.speaker, [], socket))
            _ = try await witness.started()
            // One that was given no socket, and this very process.
            let forger = "import os; os.environ['NOTIFY_SOCKET'] = '\(socket.path)'\n"
            let (stranger, strangerWitness) = TestHost.start(python(forger + Self.speaker, ["READY=1"], nil))
            let own = Foundation.Process()
            own.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
            own.arguments = ["-c", forger + Self.speaker.replacing("time.sleep(1000)", with: ""), "STOPPING=1"]
            try own.run()
            own.waitUntilExit()
            // A message of its own, sent after those of the strangers, comes first of all.
            let (last, lastWitness) = TestHost.start(python(Self.speaker, ["STATUS=last"], socket))
            try await notified(lastWitness) { $0.status == "last" }
            #expect(Self.messages(witness.events + strangerWitness.events).isEmpty)
            for (handle, witness) in [(handle, witness), (stranger, strangerWitness), (last, lastWitness)] {
                handle.killTree()
                _ = try await witness.exit()
            }
        }
    }

    @Test func programThatIsFasterThanItsStartIsHeard() async throws {
        let flag = FileManager.default.temporaryDirectory.appendingPathComponent("flag-\(UUID().uuidString)").path
        defer { unlink(flag) }
        // The start is held up until the program has said more than fits in the socket: some of it has been read by then.
        let host = try ProcessHost(
            logger: TestHost.quiet,
            startProcess: { process in
                try process.run()
                let deadline = ContinuousClock.now + .seconds(20)
                while access(flag, F_OK) != 0, ContinuousClock.now < deadline { usleep(1000) }
            })
        try await withSocket(on: host) { socket in
            let queue = Int(ProcFile.read("/proc/sys/net/unix/max_dgram_qlen")?.dropLast() ?? "") ?? 10
            let count = min(queue + 20, 200)
            let script = Self.speaker.replacing("time.sleep", with: "open('\(flag)', 'w'); time.sleep")
            let request = python(script, (0..<count).map { "ERRNO=\($0)" }, socket)
            let (handle, witness) = TestHost.start(request, on: host)
            try await notified(witness) { $0.errno == Int32(count - 1) }
            #expect(Self.messages(witness.events).compactMap(\.errno) == (0..<Int32(count)).map { $0 })
            guard case .started = witness.events.first else {
                Issue.record("not in order: \(witness.events)")
                return
            }
            handle.killTree()
            _ = try await witness.exit()
        }
    }

    @Test func lastWordsComeBeforeTheExit() async throws {
        try await withSocket { socket in
            let script = Self.speaker.replacing("time.sleep(1000)", with: "os._exit(3)")
            for index in 0..<20 {
                let witness = TestHost.start(python(script, ["ERRNO=\(index)"], socket)).witness
                let end = try await witness.exit()
                #expect(end.cause == .code(3))
                #expect(Self.messages(witness.events).first?.errno == Int32(index))
            }
        }
    }

    @Test func barrierEndsAfterWhatWasSaidBefore() async throws {
        try await withSocket { socket in
            let script = """
                import array, os, select, socket, sys, time
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.connect(os.environ["NOTIFY_SOCKET"])
                s.send(b"STATUS=before")
                r, w = os.pipe()
                s.sendmsg([b"BARRIER=1"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [w]))])
                os.close(w)
                ready = select.select([r], [], [], 20)
                print("passed" if ready[0] else "held", flush=True)
                time.sleep(1000)
                """
            let (handle, witness) = TestHost.start(python(script, [], socket))
            #expect(try await witness.line() == "passed")
            #expect(Self.messages(witness.events).first?.status == "before")
            handle.killTree()
            _ = try await witness.exit()
        }
    }

    @Test func descriptorsThatNobodyAskedForAreClosed() async throws {
        try await withSocket { socket in
            let script = """
                import array, os, socket, time
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.connect(os.environ["NOTIFY_SOCKET"])
                r, w = os.pipe()
                for i in range(100):
                    s.sendmsg([b"FDSTORE=1\\nSTATUS=%d" % i], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [w] * 40))])
                os.close(w)
                print("closed" if os.read(r, 1) == b"" else "open", flush=True)
                time.sleep(1000)
                """
            let (handle, witness) = TestHost.start(python(script, [], socket))
            #expect(try await witness.line() == "closed")
            try await notified(witness) { $0.status == "99" }
            handle.killTree()
            _ = try await witness.exit()
        }
    }

    @Test func tooLongMessagesAreDroppedAlone() async throws {
        try await withSocket { socket in
            let long = "STATUS=" + String(repeating: "x", count: NotifyParser.limitBytes)
            let (handle, witness) = TestHost.start(python(Self.speaker, [long, "READY=1"], socket))
            try await notified(witness) { $0.ready }
            #expect(Self.messages(witness.events).allSatisfy { $0.status == nil })
            handle.killTree()
            _ = try await witness.exit()
        }
    }

    @Test func burstHoldsUpNoExit() async throws {
        try await withSocket { socket in
            let script = Self.speaker.replacing("time.sleep(1000)", with: "while True: s.send(b'WATCHDOG=1')")
            let flood = TestHost.shared.start(python(script, [], socket)) { _ in }
            defer { flood.killTree() }
            let clock = ContinuousClock()
            var slowest = Duration.zero
            for _ in 0..<20 {
                slowest = max(slowest, try await clock.measure { _ = try await TestHost.run(TestHost.shell("exit 0")) })
            }
            #expect(slowest < .seconds(5))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to become another user"))
    func anotherUserMaySend() async throws {
        try await withSocket { socket in
            var request = python(Self.speaker, ["READY=1"], socket)
            request.user = "nobody"
            let (handle, witness) = TestHost.start(request)
            try await notified(witness) { $0.ready }
            handle.killTree()
            _ = try await witness.exit()
        }
    }

    @Test func pathIsTakenOverFromADeadSocketAlone() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("notify-\(UUID().uuidString)").path
        let first = try TestHost.shared.openNotifySocket(path: path)
        let second = try TestHost.shared.openNotifySocket(path: path, mode: 0o620)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o620)
        TestHost.shared.closeNotifySocket(first)
        TestHost.shared.closeNotifySocket(second)
        #expect(access(path, F_OK) != 0)
        try Data("text".utf8).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        #expect(throws: SystemCallFailure("bind", EADDRINUSE)) { try TestHost.shared.openNotifySocket(path: path) }
        let long = "/tmp/" + String(repeating: "x", count: 110)
        #expect(throws: SystemCallFailure("bind", ENAMETOOLONG)) { try TestHost.shared.openNotifySocket(path: long) }
    }
}
