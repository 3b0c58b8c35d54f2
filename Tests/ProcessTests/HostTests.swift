import Foundation
import Testing

@testable import ProcessHost

/// The whole host as a program of its own: what it leaves behind, and what its death leaves behind.
@Suite("Host", .timeLimit(.minutes(3)), .serialized)
struct HostTests {
    private func probe(_ arguments: String..., startsAhead: Bool = false) -> SpawnRequest {
        var request = TestHost.probe(arguments)
        if startsAhead { request.environment["PROBE_STARTS_AHEAD"] = "1" }
        return request
    }

    /// What the probe said, by name.
    private func run(_ request: SpawnRequest) async throws -> (exit: ProcessExit, said: [(name: String, value: String)])
    {
        let (exit, lines) = try await TestHost.run(request)
        let said = lines.compactMap { line -> (String, String)? in
            let parts = line.split(separator: " ", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return (exit, said)
    }

    private func number(_ name: String, in said: [(name: String, value: String)]) throws -> Int {
        try #require(said.first { $0.name == name }.flatMap { Int($0.value) })
    }

    @Test(arguments: [false, true]) func tenThousandStartsLeaveNothingBehind(startsAhead: Bool) async throws {
        let (exit, said) = try await run(probe("soak", startsAhead ? "3000" : "10000", startsAhead: startsAhead))
        #expect(exit.cause == .code(0))
        #expect(try number("wrong", in: said) == 0)
        #expect(try number("children", in: said) == (startsAhead ? 1 : 0))
        let descriptors = try number("descriptors-before", in: said)
        #expect(try number("descriptors-after", in: said) == descriptors)
        let resident = try number("resident-kib-before", in: said)
        #expect(try number("resident-kib-after", in: said) - resident < 4096)
    }

    @Test func launcherThatWasKilledWhileItWaitedIsReplaced() async throws {
        let (exit, said) = try await run(probe("killed-launcher", startsAhead: true))
        #expect(exit.cause == .code(0))
        #expect(
            said.filter { $0.name == "before" || $0.name == "after" }.map(\.value)
                == [String](repeating: "ran", count: 20))
        #expect(try number("children", in: said) == 1)
        #expect(try number("leaked", in: said) == 0)
    }

    @Test func failedStartsLeaveNothingBehind() async throws {
        let (exit, said) = try await run(probe("failures", "50"))
        #expect(exit.cause == .code(0))
        #expect(said.filter { $0.name == "started" || $0.name == "wrong" }.isEmpty)
        #expect(try number("refusals", in: said) == 50)
        #expect(try number("children", in: said) == 0)
        let descriptors = try number("descriptors-before", in: said)
        #expect(try number("descriptors-after", in: said) == descriptors)
    }

    @Test func tooFewDescriptorsAreToldAndPassed() async throws {
        let (exit, said) = try await run(probe("few-descriptors"))
        #expect(exit.cause == .code(0))
        let outcomes = said.filter { $0.name.hasPrefix("free-") }.map(\.value)
        let refusal = SpawnError.tooManyDescriptors.description
        #expect(outcomes.first == refusal)
        #expect(outcomes.allSatisfy { $0 == refusal || $0 == "ran" })
        #expect(said.contains { $0 == ("last", "ran") })
        #expect(try number("children", in: said) == 0)
        #expect(try number("standard-input-open", in: said) == 1)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to become a user without processes"))
    func tooFewProcessesAreToldAndPassed() async throws {
        let (exit, said) = try await TestHost.withReachableLauncher { launcher in
            var request = probe("few-processes")
            request.environment["PROBE_LAUNCHER"] = launcher
            return try await run(request)
        }
        #expect(exit.cause == .code(0))
        let refused = said.filter { $0.name == "refused" }.map(\.value)
        #expect(refused == [String](repeating: SpawnError.tooManyProcesses.description, count: 20))
        #expect(try number("leaked", in: said) <= 2)
        #expect(said.contains { $0 == ("last", "ran") })
        #expect(try number("children", in: said) == 0)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to give up a right"))
    func whatMayNotBeKilledHoldsUpNothing() async throws {
        let (_, witness) = TestHost.start(probe("unreachable"))
        let line = try await witness.line { $0.hasPrefix("orphan ") }
        let orphan = try #require(Int32(line.dropFirst("orphan ".count)))
        #expect(try await witness.line { $0.hasPrefix("released ") } == "released 1")
        #expect(TestHost.isAlive(orphan))
        kill(orphan, SIGKILL)
        #expect(try await witness.exit().cause == .code(0))
        try await TestHost.eventually("orphan is still there") { !TestHost.exists(orphan) }
    }

    @Test(arguments: [SIGKILL, SIGTERM, SIGHUP], [false, true])
    func childrenDieWithTheHost(signal: Int32, startsAhead: Bool) async throws {
        let (handle, witness) = TestHost.start(probe("victim", "20", startsAhead: startsAhead))
        let children = try await witness.wait(for: "children") { events -> [Int32]? in
            let found = Witness.lines(in: events).compactMap { Int32($0.text.dropFirst("child ".count)) }
            return found.count == (startsAhead ? 21 : 20) ? found : nil
        }
        handle.signal(signal)
        _ = try await witness.exit()
        for child in children {
            try await TestHost.eventually("child \(child) survived its host") { !TestHost.isAlive(child) }
        }
    }

    @Test func aThousandAtOnce() async throws {
        // Five descriptors each.
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(7), &limit)
        limit.rlim_cur = min(limit.rlim_max, 20_000)
        setrlimit(__rlimit_resource_t(7), &limit)
        try #require(limit.rlim_cur >= 6000, "this machine allows too few descriptors")
        let witnesses = (0..<1000).map { index in
            TestHost.start(TestHost.shell("read line; sleep 1; exit \(index % 256)")).witness
        }
        for (index, witness) in witnesses.enumerated() {
            #expect(try await witness.exit().cause == .code(Int32(index % 256)))
        }
    }

    @Test func everythingCanBeEnded() async throws {
        let (exit, said) = try await run(probe("end"))
        #expect(exit.cause == .code(0))
        #expect(try number("children", in: said) == 0)
        #expect(try number("exits", in: said) == 10)
    }
}
