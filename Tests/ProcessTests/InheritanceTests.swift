import CLinux
import Foundation
import Testing

@testable import ProcessHost

/// A program begins with nothing of this process but what the request says.
@Suite("Inheritance", .timeLimit(.minutes(1)))
struct InheritanceTests {
    @Test func signalsAreAsTheKernelMadeThem() async throws {
        // What a daemon does, and what Foundation would hand over.
        signal(SIGUSR2, SIG_IGN)
        signal(SIGTTOU, SIG_IGN)
        let (exit, lines) = try await TestHost.run(
            SpawnRequest(executable: "/bin/cat", arguments: ["/proc/self/status"]))
        #expect(exit.cause == .code(0))
        for name in ["SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd"] {
            let line = try #require(lines.first { $0.hasPrefix("\(name):") })
            #expect(line == "\(name):\t0000000000000000")
        }
    }

    @Test func onlyTheStandardDescriptorsAreOpen() async throws {
        // Without close-on-exec, at a low and a high number.
        let low = dup(1)
        let high = fcntl(1, F_DUPFD, 700)
        defer {
            close(low)
            close(high)
        }
        let (_, lines) = try await TestHost.run(TestHost.shell("ls /proc/$$/fd; exit 0"))
        #expect(lines == ["0", "1", "2"])
    }

    @Test func leadsItsOwnGroup() async throws {
        let (_, lines) = try await TestHost.run(SpawnRequest(executable: "/bin/cat", arguments: ["/proc/self/stat"]))
        let fields = try #require(lines.first).split(separator: " ")
        #expect(fields[4] == fields[0])
        #expect(fields[3] == "\(getpid())")
    }

    @Test func environmentIsExact() async throws {
        let environment = ["ONE": "1", "EMPTY": "", "ODD": "a=b c\td", "UMLAUT": "äöü"]
        let (_, lines) = try await TestHost.run(SpawnRequest(executable: "/usr/bin/env", environment: environment))
        #expect(Set(lines) == Set(environment.map { "\($0)=\($1)" }))
        let (_, none) = try await TestHost.run(SpawnRequest(executable: "/usr/bin/env"))
        #expect(none.isEmpty)
    }

    @Test func argumentsAreExact() async throws {
        let arguments = ["", "a b", "'\"$HOME*", "ünï", "-c", String(repeating: "x", count: 100_000)]
        let request = SpawnRequest(
            executable: "/usr/bin/printf", arguments: ["%s\\0"] + arguments,
            output: .captureStandardOutput(limitBytes: 1 << 20))
        let (exit, _) = try await TestHost.run(request)
        #expect(exit.standardOutput == arguments.flatMap { Array($0.utf8) + [0] })
    }

    @Test func directoryAndUmaskAreAsAsked() async throws {
        var request = TestHost.shell("pwd; umask")
        request.directory = "/usr/share"
        request.umask = 0o027
        #expect(try await TestHost.run(request).lines == ["/usr/share", "0027"])
    }

    @Test(.enabled(if: geteuid() == 0, "only root may become another user"))
    func runsAsAnotherUser() async throws {
        var request = TestHost.shell("id -u; id -g; id -G; cat /proc/self/status | grep NoNewPrivs")
        request.user = "nobody"
        let byName = try await TestHost.run(request).lines
        #expect(byName.prefix(3) == ["65534", "65534", "65534"])
        request.user = "65534"
        request.group = "daemon"
        let withGroup = try await TestHost.run(request).lines
        #expect(withGroup.prefix(3) == ["65534", "1", "1"])
    }

    @Test func nameIsSearchedInTheRequestsPath() async throws {
        var request = SpawnRequest(executable: "true", environment: ["PATH": "/does/not/exist:relative:/bin"])
        #expect(try await TestHost.run(request).exit.cause == .code(0))
        request.environment = [:]
        let (_, witness) = TestHost.start(request)
        #expect(try await witness.failure() == .executableNotFound("true", searched: ""))
    }

    @Test(arguments: [0, 1, 4096, 1 << 20])
    func standardInputIsExact(count: Int) async throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let (exit, _) = try await TestHost.run(
            SpawnRequest(
                executable: "/bin/cat", standardInput: .bytes(bytes),
                output: .captureStandardOutput(limitBytes: 2 << 20)))
        #expect(exit.cause == .code(0))
        #expect(exit.standardOutput == bytes)
        #expect(!exit.outputExceeded)
    }

    @Test func standardInputCannotBeChanged() async throws {
        let (exit, _) = try await TestHost.run(
            TestHost.shell("echo more >> /proc/self/fd/0 || exit 9", input: .bytes(Array("text".utf8))))
        #expect(exit.cause != .code(0))
    }

    @Test func withoutInputThereIsNone() async throws {
        #expect(try await TestHost.run(TestHost.shell("readlink /proc/self/fd/0; wc -c")).lines == ["/dev/null", "0"])
    }
}
