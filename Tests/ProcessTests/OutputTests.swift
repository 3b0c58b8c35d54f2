import Foundation
import Testing

@testable import ProcessHost

@Suite("Output", .timeLimit(.minutes(2)))
struct OutputTests {
    @Test(arguments: [(999, false), (1000, false), (1001, true), (5_000_000, true)])
    func captureStopsAtItsLimit(count: Int, exceeded: Bool) async throws {
        let (exit, _) = try await TestHost.run(
            TestHost.shell("head -c \(count) /dev/zero; exit 5", output: .captureStandardOutput(limitBytes: 1000)))
        #expect(exit.cause == .code(5))
        #expect(exit.standardOutput == [UInt8](repeating: 0, count: min(count, 1000)))
        #expect(exit.outputExceeded == exceeded)
    }

    @Test func standardErrorComesAsLinesBesideACapture() async throws {
        let (_, witness) = TestHost.start(
            TestHost.shell("echo result; echo problem >&2", output: .captureStandardOutput(limitBytes: 1000)))
        #expect(try await witness.exit().standardOutput == Array("result\n".utf8))
        #expect(witness.lines == [OutputLine(stream: .error, text: "problem", isCut: false)])
    }

    @Test func linesThatLieInThePipeComeBeforeTheExit() async throws {
        let (_, lines) = try await TestHost.run(TestHost.shell("seq 5000; printf 'no newline'"))
        #expect(lines == (1...5000).map(String.init) + ["no newline"])
    }

    @Test func captureWaitsForAHolderOfThePipe() async throws {
        let request = TestHost.shell(
            "(sleep 0.05; echo late) & echo early", output: .captureStandardOutput(limitBytes: 100))
        #expect(
            try await TestHost.run(request, on: TestHost.patient).exit.standardOutput == Array("early\nlate\n".utf8))
    }

    @Test func captureDoesNotWaitForLong() async throws {
        let request = TestHost.shell("sleep 1000 & echo early", output: .captureStandardOutput(limitBytes: 100))
        let start = ContinuousClock.now
        #expect(try await TestHost.run(request).exit.standardOutput == Array("early\n".utf8))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func linesDoNotHoldUpTheExit() async throws {
        let flag = FileManager.default.temporaryDirectory.appendingPathComponent("flag-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: flag) }
        let script = "(until [ -e \(flag) ]; do sleep 0.01; done; echo late) & exit 2"
        let (_, witness) = TestHost.start(TestHost.shell(script), on: TestHost.patient)
        #expect(try await witness.exit().cause == .code(2))
        #expect(FileManager.default.createFile(atPath: flag, contents: nil))
        #expect(try await witness.line() == "late")
    }

    @Test func aHundredMegabytesWithoutANewlineStaySmall() async throws {
        let before = residentKiB()
        let counter = LineCounter()
        let witness = Witness()
        TestHost.shared.start(TestHost.shell("head -c 100000000 /dev/zero | tr '\\0' 'x'; echo; echo end")) { event in
            // Kept by the test they would be a hundred megabytes.
            if case .lines(let lines) = event { counter.count(lines) } else { witness.record(event) }
        }
        #expect(try await witness.exit().cause == .code(0))
        #expect(counter.bytes == 100_000_003)
        #expect(counter.longest == OutputLine.limitBytes)
        #expect(residentKiB() - before < 30_000)
    }

    @Test func unreadOutputHoldsUpItsWriterAlone() async throws {
        let keeper = Keeper()
        let handle = TestHost.shared.start(TestHost.shell("exec cat /dev/zero")) { keeper.keep($0) }
        defer { handle.killTree() }
        // The limit counts a little more than the text, and is passed by no more than one read.
        let buffer = 1 << 16
        try await TestHost.eventually("full") { keeper.bytes > OutputFlow.limitBytes - buffer }
        for _ in 0..<20 { _ = try await TestHost.run(TestHost.shell("exit 0")) }
        #expect(keeper.bytes <= OutputFlow.limitBytes + buffer)
        keeper.letGo()
        try await TestHost.eventually("full again") { keeper.bytes > OutputFlow.limitBytes - buffer }
        #expect(keeper.bytes <= OutputFlow.limitBytes + buffer)
    }

    @Test func floodsDoNotHoldUpOthers() async throws {
        let floods = (0..<8).map { _ in
            TestHost.shared.start(TestHost.shell("exec cat /dev/zero")) { _ in }
        }
        defer { floods.forEach { $0.killTree() } }
        let clock = ContinuousClock()
        var slowest = Duration.zero
        for _ in 0..<20 {
            slowest = max(slowest, try await clock.measure { _ = try await TestHost.run(TestHost.shell("exit 0")) })
        }
        #expect(slowest < .seconds(5))
    }

    private func residentKiB() -> Int {
        let status = ProcFile.read("/proc/self/status") ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
