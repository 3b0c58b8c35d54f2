import Foundation
import Logging
import Testing

@testable import ProcessHost

/// The host that most tests share: its threads live as long as the test program.
enum TestHost {
    static let shared: ProcessHost = {
        do { return try ProcessHost(logger: quiet) } catch { fatalError("\(error)") }
    }()

    /// Gives descendants all the time they want.
    static let patient: ProcessHost = {
        do { return try ProcessHost(logger: quiet, leftoverGrace: .seconds(600)) } catch { fatalError("\(error)") }
    }()

    static var quiet: Logger {
        var logger = Logger(label: "process-tests")
        logger.logLevel = .critical
        return logger
    }

    static func start(_ request: SpawnRequest, on host: ProcessHost = shared) -> (
        handle: ProcessHandle, witness: Witness
    ) {
        let witness = Witness()
        return (host.start(request) { witness.record($0) }, witness)
    }

    /// Runs a program to its end.
    static func run(_ request: SpawnRequest, on host: ProcessHost = shared) async throws -> (
        exit: ProcessExit, lines: [String]
    ) {
        let (_, witness) = start(request, on: host)
        let exit = try await witness.exit(within: .seconds(120))
        return (exit, witness.lines.map(\.text))
    }

    static func shell(
        _ script: String, input: SpawnRequest.StandardInput = .null, output: SpawnRequest.Output = .lines,
        limits: ProcessLimits = ProcessLimits()
    ) -> SpawnRequest {
        SpawnRequest(
            executable: "/bin/sh", arguments: ["-c", script],
            environment: ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            limits: limits, standardInput: input, output: output)
    }

    /// The host as a program of its own.
    static func probe(_ arguments: [String]) -> SpawnRequest {
        let folder = (ProcessHost.installedLauncher() as NSString).deletingLastPathComponent
        return SpawnRequest(executable: folder + "/ProcessHostProbe", arguments: arguments)
    }

    /// Gives the path of a launcher that every user may execute: the build may lie in a folder that only its owner may enter.
    static func withReachableLauncher<Outcome>(_ body: (String) async throws -> Outcome) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launcher-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        defer { try? FileManager.default.removeItem(at: folder) }
        let launcher = folder.appendingPathComponent("jobsup-launch")
        try FileManager.default.copyItem(at: URL(fileURLWithPath: ProcessHost.installedLauncher()), to: launcher)
        return try await body(launcher.path)
    }

    static func isAlive(_ processID: Int32) -> Bool {
        // A zombie is not alive.
        guard let status = ProcFile.read("/proc/\(processID)/stat") else { return false }
        return status.split(separator: ")").last.map { !$0.hasPrefix(" Z") && !$0.hasPrefix(" X") } ?? false
    }

    static func exists(_ processID: Int32) -> Bool {
        access("/proc/\(processID)", F_OK) == 0
    }

    /// Looks until the condition holds: for what the kernel does without telling us.
    static func eventually(
        _ what: Comment, within limit: Duration = .seconds(10), _ holds: () throws -> Bool,
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try !holds() {
            guard ContinuousClock.now < deadline else {
                Issue.record(what, sourceLocation: location)
                return
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
