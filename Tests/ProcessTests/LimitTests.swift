import Foundation
import Testing

@testable import ProcessHost

@Suite("Limits", .timeLimit(.minutes(1)))
struct LimitTests {
    private static let root = Comment("needs root to have rights that can be given up")

    @Test func eachLimitIsTheKernelsSoftAndHard() async throws {
        let limits = ProcessLimits(
            openFiles: 77, processes: 3000, coreBytes: 4096, fileBytes: 1 << 30, cpuSeconds: 99,
            addressSpaceBytes: 1 << 32, lockedBytes: 8192, stackBytes: 4 << 20)
        let request = SpawnRequest(executable: "/bin/cat", arguments: ["/proc/self/limits"], limits: limits)
        let lines = try await TestHost.run(request).lines
        for (name, value) in [
            ("Max open files", 77), ("Max processes", 3000), ("Max core file size", 4096),
            ("Max file size", 1 << 30), ("Max cpu time", 99), ("Max address space", 1 << 32),
            ("Max locked memory", 8192), ("Max stack size", 4 << 20),
        ] {
            let line = try #require(lines.first { $0.hasPrefix(name) })
            #expect(line.dropFirst(name.count).split(separator: " ").prefix(2) == ["\(value)", "\(value)"])
        }
        #expect(ProcessMarker.parse(lines.joined(separator: "\n")) != nil)
    }

    @Test func whatIsNotAskedForStaysAsItIs() async throws {
        let own = try #require(ProcFile.read("/proc/self/limits")).split(separator: "\n").map(String.init)
        let request = SpawnRequest(
            executable: "/bin/cat", arguments: ["/proc/self/limits"], limits: ProcessLimits(coreBytes: 1))
        let lines = try await TestHost.run(request).lines
        for name in ["Max open files", "Max processes", "Max cpu time", "Max stack size"] {
            #expect(lines.first { $0.hasPrefix(name) } == own.first { $0.hasPrefix(name) })
        }
    }

    @Test func niceAndOOMScoreAreSet() async throws {
        let request = TestHost.shell(
            "nice; cat /proc/self/oom_score_adj", limits: ProcessLimits(nice: 7, oomScoreAdjust: 321))
        #expect(try await TestHost.run(request).lines == ["7", "321"])
    }

    @Test(.enabled(if: geteuid() == 0, Self.root))
    func theyAreSetBeforeTheChangeOfUser() async throws {
        var request = TestHost.shell(
            "id -u; nice; cat /proc/self/oom_score_adj; ulimit -n",
            limits: ProcessLimits(openFiles: 50, nice: -3, oomScoreAdjust: 5))
        request.user = "nobody"
        #expect(try await TestHost.run(request).lines == ["65534", "-3", "5", "50"])
    }

    @Test func numbersThatTheKernelWouldCutAreRefused() async throws {
        for (limits, expected) in [
            (ProcessLimits(nice: 20), SpawnError.limitOutOfRange("nice", asked: 20, allowed: -20...19)),
            (ProcessLimits(oomScoreAdjust: -1001), .limitOutOfRange("oom score", asked: -1001, allowed: -1000...1000)),
        ] {
            let (_, witness) = TestHost.start(TestHost.shell("exit 0", limits: limits))
            let error = try await witness.failure()
            #expect(error == expected)
            #expect(!error.isTransient && !error.hint.isEmpty)
        }
    }

    @Test func moreDescriptorsThanTheKernelHasAreRefused() async throws {
        let most = try #require(UInt64((ProcFile.read("/proc/sys/fs/nr_open") ?? "").dropLast()))
        let (_, witness) = TestHost.start(TestHost.shell("exit 0", limits: ProcessLimits(openFiles: most + 1)))
        guard case .limitTooHigh(.openFiles, asked: most + 1, let allowed) = try await witness.failure() else {
            Issue.record("it was not refused for that")
            return
        }
        #expect(allowed <= most)
    }

    /// A host without rights, as another program: `name` is what it said.
    private func outcome(_ name: String) async throws -> String {
        let (exit, lines) = try await TestHost.withReachableLauncher { launcher in
            var request = TestHost.probe(["without-rights"])
            request.environment["PROBE_LAUNCHER"] = launcher
            return try await TestHost.run(request)
        }
        #expect(exit.cause == .code(0))
        let line = try #require(lines.first { $0.hasPrefix(name + " ") })
        return String(line.dropFirst(name.count + 1))
    }

    @Test(
        .enabled(if: geteuid() == 0, Self.root),
        arguments: [
            ("above-hard", SpawnError.limitTooHigh(.openFiles, asked: 900, allowed: 800)),
            ("core-above-hard", .limitTooHigh(.coreBytes, asked: 5000, allowed: 4096)),
            ("nice", .niceNotPermitted(-1)), ("oom-score", .oomScoreNotPermitted(-1)),
        ])
    func withoutRightsMoreIsRefusedInItsOwnWords(name: String, expected: SpawnError) async throws {
        #expect(try await outcome(name) == expected.description)
    }

    @Test(.enabled(if: geteuid() == 0, Self.root), arguments: ["lower", "nicer", "at-hard"])
    func withoutRightsLessIsGiven(name: String) async throws {
        #expect(try await outcome(name) == "ran")
    }

    @Test(.enabled(if: geteuid() == 0, Self.root))
    func userWithoutRoomForOneMoreIsTold() async throws {
        var sleeper = SpawnRequest(executable: "/bin/sleep", arguments: ["1000"], user: "nobody")
        let (handle, witness) = TestHost.start(sleeper)
        _ = try await witness.started()
        sleeper.limits.processes = 0
        let error = try await TestHost.start(sleeper).witness.failure()
        #expect(error == .limitTooLow(.processes, limit: 0))
        #expect(error.isTransient)
        handle.killTree()
        _ = try await witness.exit()
    }

    @Test func programWithoutRoomToBeginIsTold() async throws {
        // Its own text alone is larger: the kernel, the loader or the program ends it, but never in silence.
        let request = SpawnRequest(executable: "/bin/cat", limits: ProcessLimits(addressSpaceBytes: 20_000))
        let (_, witness) = TestHost.start(request)
        let end = try await witness.wait(for: "an end") { events -> String? in
            for case .failed(let error) in events { return error.description }
            for case .exited(let exit) in events { return "\(exit.cause)" }
            return nil
        }
        #expect(!end.contains("code(0)"))
    }

    @Test func fileLimitIsMet() async throws {
        let script = "trap '' XFSZ; head -c 100000 /dev/zero > $0 2>/dev/null; wc -c < $0; rm $0"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("limit-\(UUID().uuidString)").path
        var request = TestHost.shell(script, limits: ProcessLimits(fileBytes: 5000))
        request.arguments.append(file)
        #expect(try await TestHost.run(request).lines == ["5000"])
    }

    @Test func cpuLimitKills() async throws {
        let request = TestHost.shell("while :; do :; done", limits: ProcessLimits(cpuSeconds: 1))
        guard case .signal(let signal, _) = try await TestHost.run(request).exit.cause else {
            Issue.record("it was not killed")
            return
        }
        // Soft and hard limit are one: the kernel may choose.
        #expect([SIGXCPU, SIGKILL].contains(signal))
    }
}
