import Foundation
import Testing

@testable import ProcessHost

@Suite("Exits", .timeLimit(.minutes(2)))
struct ExitTests {
    @Test func everyExitCodeIsToldAsItIs() async throws {
        try await withThrowingTaskGroup(of: (Int32, ProcessExit.Cause).self) { group in
            for code in Int32(0)...255 {
                group.addTask { (code, try await TestHost.run(TestHost.shell("exit \(code)")).exit.cause) }
            }
            for try await (code, cause) in group { #expect(cause == .code(code)) }
        }
    }

    @Test(arguments: [SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGUSR1, SIGSEGV, SIGPIPE, SIGALRM, SIGTERM, SIGXCPU])
    func everySignalIsToldAsItIs(signal: Int32) async throws {
        let (handle, witness) = TestHost.start(SpawnRequest(executable: "/bin/sleep", arguments: ["1000"]))
        _ = try await witness.started()
        #expect(handle.signal(signal))
        let exit = try await witness.exit()
        guard case .signal(signal, _) = exit.cause else {
            Issue.record("signal \(signal) was told as \(exit.cause)")
            return
        }
    }

    @Test func startsBeforeItExitsAndExitsOnce() async throws {
        let (_, witness) = TestHost.start(TestHost.shell("echo a; echo b >&2; exit 3"))
        let exit = try await witness.exit()
        #expect(exit.cause == .code(3))
        #expect(
            Set(witness.lines) == [
                OutputLine(stream: .output, text: "a", isCut: false),
                OutputLine(stream: .error, text: "b", isCut: false),
            ])
        guard case .started = witness.events.first else {
            Issue.record("the first event is \(witness.events)")
            return
        }
        let exits = witness.events.filter { if case .exited = $0 { true } else { false } }
        #expect(exits.count == 1)
    }
}
