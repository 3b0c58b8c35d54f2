import Foundation

/// The built command, run as its users run it.
struct Program {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
        /// The output as it is, for what is no text.
        let bytes: Data
    }

    private static let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// The products lie beside the tests, or above the bundle that they are in.
    private static let executable: URL? = [directory, directory.deletingLastPathComponent()]
        .map { $0.appending(path: "jobsup") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }

    let environment: [String: String]

    init(socketDirectory: String, path: String = "/usr/bin:/bin") {
        environment = ["JOBSUP_RUNTIME_DIRECTORY": socketDirectory, "PATH": path]
    }

    func run(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await run(arguments, input: input)
    }

    /// Runs it to its end; `output` takes the place of the file that its output is read from.
    func run(_ arguments: [String], input: String = "", output: FileHandle? = nil) async throws -> Outcome {
        guard let executable = Self.executable else { throw CocoaError(.fileNoSuchFile) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        // Files, for a pipe that nobody reads meanwhile would fill up.
        let files = try (0..<3).map { _ in try Self.temporaryFile() }
        files[0].write(Data(input.utf8))
        files[0].seek(toFileOffset: 0)
        process.standardInput = files[0]
        process.standardOutput = output ?? files[1]
        process.standardError = files[2]
        return try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result {
                        try process.run()
                        process.waitUntilExit()
                        let bytes = try Self.contents(files[1])
                        return Outcome(
                            status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self),
                            errors: String(decoding: try Self.contents(files[2]), as: UTF8.self), bytes: bytes)
                    })
            }
            thread.start()
        }
    }

    private static func temporaryFile() throws -> FileHandle {
        let url = FileManager.default.temporaryDirectory.appending(path: "jobsup-\(UUID().uuidString)")
        try Data().write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try FileHandle(forUpdating: url)
    }

    private static func contents(_ file: FileHandle) throws -> Data {
        file.seek(toFileOffset: 0)
        return try file.readToEnd() ?? Data()
    }
}
