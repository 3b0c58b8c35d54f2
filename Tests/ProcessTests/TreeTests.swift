import Foundation
import Testing

@testable import ProcessHost

/// Children in every bad shape: the truth about each, and nothing of them left.
@Suite("Trees", .timeLimit(.minutes(2)))
struct TreeTests {
    /// The process id that a line names.
    private func processID(in witness: Witness) async throws -> Int32 {
        try #require(Int32(try await witness.line { Int32($0) != nil }))
    }

    private func expectGone(_ processID: Int32) async throws {
        try await TestHost.eventually("process \(processID) is still there") { !TestHost.exists(processID) }
    }

    @Test func grandchildThatHoldsEverythingDoesNotHideTheExit() async throws {
        let (_, witness) = TestHost.start(TestHost.shell("sleep 1000 & echo $!; exit 4"))
        #expect(try await witness.exit().cause == .code(4))
        try await expectGone(processID(in: witness))
    }

    @Test func whatAKilledProcessLeavesIsKilledToo() async throws {
        let (handle, witness) = TestHost.start(TestHost.shell("setsid sleep 1000 & echo $!; wait"))
        let grandchild = try await processID(in: witness)
        handle.signal(SIGKILL)
        #expect(try await witness.exit().cause == .signal(SIGKILL, coreDumped: false))
        try await expectGone(grandchild)
    }

    @Test func childThatClosesAllDescriptorsHoldsUpNobody() async throws {
        let script = "trap 'exit 6' TERM; exec 0<&- 1>&- 2>&-; while :; do sleep 0.01; done"
        let (handle, closer) = TestHost.start(TestHost.shell(script))
        let processID = try await closer.started()
        for code in Int32(0)..<20 {
            #expect(try await TestHost.run(TestHost.shell("exit \(code)")).exit.cause == .code(code))
        }
        try await TestHost.eventually("closed") {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").isEmpty
        }
        handle.signal(SIGTERM)
        #expect(try await closer.exit().cause == .code(6))
    }

    @Test(arguments: ["setsid", "env -i /usr/bin/setsid"])
    func daemonThatEscapedIsKilledWithTheTree(escape: String) async throws {
        // Double fork, own session, own environment, no descriptor of ours but the one to tell its id.
        let script = "(\(escape) sh -c 'echo $$; exec sleep 1000 </dev/null >/dev/null 2>&1' &); exec sleep 1000"
        let (handle, witness) = TestHost.start(TestHost.shell(script))
        let daemon = try await processID(in: witness)
        try await TestHost.eventually("adopted") {
            ProcFile.read("/proc/\(daemon)/status")?.contains("PPid:\t\(getpid())\n") ?? false
        }
        #expect(TestHost.isAlive(daemon))
        handle.killTree()
        #expect(try await witness.exit().cause == .signal(SIGKILL, coreDumped: false))
        try await expectGone(daemon)
    }

    @Test func chainOfSessionsIsKilledToItsEnd() async throws {
        let inner = "setsid sh -c 'echo $$; setsid sleep 1000 & echo $!; wait' & echo $!; wait"
        let (handle, witness) = TestHost.start(
            TestHost.shell("setsid sh -c \"\(inner.replacing("$", with: "\\$"))\" & wait"))
        let all = try await witness.wait(for: "three lines") { events -> [Int32]? in
            let found = Witness.lines(in: events).compactMap { Int32($0.text) }
            return found.count >= 3 ? found : nil
        }
        handle.killTree()
        _ = try await witness.exit()
        for processID in all { try await expectGone(processID) }
    }

    /// Each of the chain comes to us only when the one before has ended, while the list of our children is read again and again.
    @Test func longChainsAreKilledToTheirEndsWhileOthersComeAndGo() async throws {
        let chain = """
            import os, time
            for _ in range(60):
                print(os.getpid(), flush=True)
                if os.fork() > 0:
                    os.wait()
                    os._exit(0)
                os.setsid()
            print("end", flush=True)
            time.sleep(1000)
            """
        try await withThrowingTaskGroup(of: Void.self) { others in
            for _ in 0..<2 {
                others.addTask {
                    let many = "i=0; while [ $i -lt 100 ]; do (sleep 0.0$i &); i=$((i + 1)); done"
                    while !Task.isCancelled { _ = try await TestHost.run(TestHost.shell(many)) }
                }
            }
            for _ in 0..<4 {
                let (handle, witness) = TestHost.start(
                    SpawnRequest(executable: "/usr/bin/python3", arguments: ["-c", chain]))
                _ = try await witness.line { $0 == "end" }
                handle.killTree()
                _ = try await witness.exit()
                try await TestHost.eventually("the chain is released") { handle.processID == nil }
                for processID in witness.lines.compactMap({ Int32($0.text) }) { try await expectGone(processID) }
            }
            others.cancelAll()
        }
    }

    @Test func daemonOfAnotherProcessIsLeftAlone() async throws {
        let script = "(setsid sh -c 'echo $$; exec sleep 1000' &); exec sleep 1000"
        let (first, firstWitness) = TestHost.start(TestHost.shell(script))
        let (second, secondWitness) = TestHost.start(TestHost.shell(script))
        let firstDaemon = try await processID(in: firstWitness)
        let secondDaemon = try await processID(in: secondWitness)
        first.killTree()
        _ = try await firstWitness.exit()
        try await expectGone(firstDaemon)
        #expect(TestHost.isAlive(secondDaemon))
        second.killTree()
        _ = try await secondWitness.exit()
        try await expectGone(secondDaemon)
    }

    @Test func orphanThatEndsIsReapedWhileItsWorkerLives() async throws {
        let (handle, witness) = TestHost.start(TestHost.shell("(sh -c 'echo $$; sleep 0.05' &); exec sleep 1000"))
        let orphan = try await processID(in: witness)
        try await expectGone(orphan)
        #expect(handle.processID != nil)
        handle.killTree()
        _ = try await witness.exit()
    }

    @Test func childrenOfOtherCodeAreLeftToIt() async throws {
        for _ in 0..<20 {
            let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
                // The thread ends before its child: the kernel gives the child to the thread that has the orphans.
                Thread {
                    let process = Foundation.Process()
                    process.executableURL = URL(fileURLWithPath: "/bin/sh")
                    process.arguments = ["-c", "sleep 0.02; exit 7"]
                    process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
                    do { try process.run() } catch { done.resume(throwing: error) }
                }.start()
                // Makes the host look at the orphans again and again.
                for _ in 0..<5 { TestHost.shared.start(TestHost.shell("(sleep 0.02 &); sleep 0.01")) { _ in } }
            }
            #expect(status == 7)
        }
    }

    @Test func signalThatIsIgnoredChangesNothing() async throws {
        let (handle, witness) = TestHost.start(TestHost.shell("trap '' TERM; echo ready; while :; do sleep 1000; done"))
        _ = try await witness.line { $0 == "ready" }
        handle.signal(SIGTERM)
        #expect(TestHost.isAlive(try await witness.started()))
        handle.killTree()
        #expect(try await witness.exit().cause == .signal(SIGKILL, coreDumped: false))
    }

    @Test func stoppedProcessCanBeKilled() async throws {
        let (handle, witness) = TestHost.start(SpawnRequest(executable: "/bin/sleep", arguments: ["1000"]))
        let processID = try await witness.started()
        handle.signal(SIGSTOP)
        try await TestHost.eventually("stopped") { ProcFile.read("/proc/\(processID)/stat")?.contains(") T ") ?? false }
        handle.killTree()
        #expect(try await witness.exit().cause == .signal(SIGKILL, coreDumped: false))
    }

    @Test func signalReachesTheWholeGroup() async throws {
        let (handle, witness) = TestHost.start(TestHost.shell("sleep 1000 & echo $!; wait; exit 3"))
        let child = try await processID(in: witness)
        #expect(handle.signalGroup(SIGTERM))
        #expect(try await witness.exit().cause == .signal(SIGTERM, coreDumped: false))
        try await expectGone(child)
    }

    @Test func signalsBeforeTheStartWaitForIt() async throws {
        for _ in 0..<20 {
            let (handle, witness) = TestHost.start(SpawnRequest(executable: "/bin/sleep", arguments: ["1000"]))
            handle.killTree()
            #expect(try await witness.exit().cause == .signal(SIGKILL, coreDumped: false))
        }
    }

    @Test func afterTheEndNothingIsReached() async throws {
        let (handle, witness) = TestHost.start(SpawnRequest(executable: "/bin/true"))
        _ = try await witness.exit()
        try await TestHost.eventually("released") { handle.processID == nil }
        #expect(!handle.signal(SIGTERM))
        #expect(!handle.signalGroup(SIGTERM))
        handle.killTree()
    }

    @Test func forkBombIsKilledToItsLastProcess() async throws {
        // Half of each generation in a session of its own, the other half orphaned at once; bounded, so that a failure of the test
        // does not take the machine along.
        let bomb = FileManager.default.temporaryDirectory.appendingPathComponent("bomb-\(UUID().uuidString).sh")
        try """
        echo $$
        [ "$1" -gt 0 ] || exec sleep 1000
        setsid sh "$0" $(($1 - 1)) &
        (sh "$0" $(($1 - 1)) &)
        exec sleep 1000
        """.write(to: bomb, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: bomb) }
        let (handle, witness) = TestHost.start(TestHost.shell("exec sh \(bomb.path) 7"))
        _ = try await witness.wait(for: "ten processes") { Witness.lines(in: $0).count >= 10 ? true : nil }
        handle.killTree()
        _ = try await witness.exit()
        try await TestHost.eventually("the tree is gone") { handle.processID == nil }
        for line in witness.lines { try await expectGone(try #require(Int32(line.text))) }
    }

    @Test func peakMemoryIsTold() async throws {
        let (exit, _) = try await TestHost.run(
            TestHost.shell("exec dd if=/dev/zero of=/dev/null bs=300000000 count=1 status=none"))
        #expect(exit.cause == .code(0))
        #expect(try #require(exit.maxResidentBytes) > 300_000_000)
        #expect(exit.userTime + exit.systemTime > .zero)
        let small = try await TestHost.run(SpawnRequest(executable: "/bin/true")).exit
        #expect(small.maxResidentBytes ?? 0 < 10_000_000)
    }
}
