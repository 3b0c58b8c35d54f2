import Foundation
import Testing

@testable import ProcessHost

/// Programs that cannot be started, and the words for it.
@Suite("Failures", .timeLimit(.minutes(1)))
struct FailureTests {
    private func failure(of request: SpawnRequest, on host: ProcessHost = TestHost.shared) async throws -> SpawnError {
        let (handle, witness) = TestHost.start(request, on: host)
        let error = try await witness.failure()
        #expect(!error.description.isEmpty && !error.hint.isEmpty)
        try await TestHost.eventually("released") { handle.processID == nil }
        #expect(witness.events.count == 1)
        #expect(!handle.signal(SIGTERM))
        return error
    }

    private func expect(
        _ request: SpawnRequest, failsWith expected: SpawnError, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let error = try await failure(of: request)
        #expect(error == expected, sourceLocation: location)
    }

    /// A file in a folder of its own.
    private func withFile(_ text: String, mode: Int, _ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("process-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("program").path
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        try await body(file)
    }

    @Test func missingProgram() async throws {
        try await expect(
            SpawnRequest(executable: "/does/not/exist"),
            failsWith: .executableNotFound("/does/not/exist", searched: nil))
        try await expect(
            SpawnRequest(executable: "no-such-program", environment: ["PATH": "/bin:/usr/bin"]),
            failsWith: .executableNotFound("no-such-program", searched: "/bin:/usr/bin"))
    }

    @Test func whatIsNoProgram() async throws {
        try await expect(
            SpawnRequest(executable: "/usr"), failsWith: .notExecutable("/usr", reason: "it is not a regular file"))
        try await withFile("text", mode: 0o644) { path in
            try await expect(
                SpawnRequest(executable: path), failsWith: .notExecutable(path, reason: "Permission denied"))
            let folder = (path as NSString).deletingLastPathComponent
            let named = SpawnRequest(executable: "program", environment: ["PATH": folder])
            try await expect(named, failsWith: .notExecutable(path, reason: "Permission denied"))
        }
        try await withFile("text without a first line\n", mode: 0o755) { path in
            try await expect(SpawnRequest(executable: path), failsWith: .wrongFormat(path))
        }
        for name in ["relative/path", ""] {
            guard case .invalidText = try await failure(of: SpawnRequest(executable: name)) else {
                Issue.record("\(name) was not refused")
                return
            }
        }
    }

    @Test func badInterpreter() async throws {
        try await withFile("#! /does/not/exist -x\nexit 0\n", mode: 0o755) { path in
            try await expect(
                SpawnRequest(executable: path), failsWith: .badInterpreter(script: path, interpreter: "/does/not/exist")
            )
        }
    }

    @Test func directoryThatCannotBeUsed() async throws {
        for (directory, reason) in [
            ("/does/not/exist", "No such file or directory"), ("/etc/passwd", "Not a directory"),
            ("relative", "it is not an absolute path"),
        ] {
            try await expect(
                SpawnRequest(executable: "/bin/true", directory: directory),
                failsWith: .directoryUnusable(directory, reason: reason))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to become a user without rights"))
    func whatTheOtherUserMayNot() async throws {
        try await withFile("#!/bin/sh\n", mode: 0o700) { path in
            let folder = (path as NSString).deletingLastPathComponent
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
            try await expect(
                SpawnRequest(executable: "/bin/true", directory: folder, user: "nobody"),
                failsWith: .directoryUnusable(folder, reason: "Permission denied"))
            try await expect(
                SpawnRequest(executable: path, user: "nobody"),
                failsWith: .notExecutable(path, reason: "Permission denied"))
        }
    }

    @Test func unknownAccounts() async throws {
        try await expect(
            SpawnRequest(executable: "/bin/true", user: "no-such-user"), failsWith: .unknownUser("no-such-user"))
        try await expect(
            SpawnRequest(executable: "/bin/true", group: "no-such-group"), failsWith: .unknownGroup("no-such-group"))
    }

    @Test func textsThatCannotBeHandedOver() async throws {
        let requests = [
            SpawnRequest(executable: "/bin/true", arguments: ["a\0b"]),
            SpawnRequest(executable: "/bin/true", environment: ["A": "b\0c"]),
            SpawnRequest(executable: "/bin/true", environment: ["A=B": "c"]),
            SpawnRequest(executable: "/bin/true", environment: ["": "c"]),
        ]
        for request in requests {
            guard case .invalidText = try await failure(of: request) else {
                Issue.record("not refused: \(request)")
                continue
            }
        }
        let long = SpawnRequest(executable: "/bin/true", arguments: [String(repeating: "x", count: 200_000)])
        try await expect(long, failsWith: .argumentsTooLong)
    }

    @Test func launcherThatIsNone() async throws {
        let missing = try ProcessHost(launcher: "/does/not/exist", logger: TestHost.quiet)
        guard
            case .launcherUnusable("/does/not/exist", _) = try await failure(
                of: SpawnRequest(executable: "/bin/true"), on: missing)
        else {
            Issue.record("the missing launcher went unnoticed")
            return
        }
    }

    @Test(arguments: [(EAGAIN, SpawnError.tooManyProcesses), (ENOMEM, .outOfMemory), (EMFILE, .tooManyDescriptors)])
    func whatTheSystemHasTooLittleOf(code: Int32, expected: SpawnError) async throws {
        let host = try ProcessHost(
            logger: TestHost.quiet,
            startProcess: { _ in
                throw NSError(domain: NSPOSIXErrorDomain, code: Int(code))
            })
        let error = try await failure(of: SpawnRequest(executable: "/bin/true"), on: host)
        #expect(error == expected)
        #expect(error.isTransient)
    }
}
