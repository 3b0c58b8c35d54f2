import Foundation
import Testing

/// Whether a disk of one's own can be made, which takes a privileged user.
let canMount = geteuid() == 0 && run("mount", "--version")

@discardableResult
private func run(_ command: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do {
        try process.run()
    } catch {
        return false
    }
    process.waitUntilExit()
    return process.terminationStatus == 0
}

/// Runs a body with a small disk that is gone afterwards.
func withMemoryDisk(megabytes: Int, _ body: (String) throws -> Void) throws {
    let directory = try mountMemoryDisk(megabytes)
    defer { unmount(directory) }
    try body(directory)
}

func withMemoryDisk(megabytes: Int, _ body: (String) async throws -> Void) async throws {
    let directory = try mountMemoryDisk(megabytes)
    defer { unmount(directory) }
    try await body(directory)
}

private func mountMemoryDisk(_ megabytes: Int) throws -> String {
    let directory = FileManager.default.temporaryDirectory.appending(path: "jobsup-disk-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let mounted = run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "jobsup-test", directory)
    try #require(mounted, "mount a memory disk on \(directory)")
    return directory
}

private func unmount(_ directory: String) {
    run("umount", "-l", directory)
    try? FileManager.default.removeItem(atPath: directory)
}

func remount(_ directory: String, _ mode: String) throws {
    let remounted = run("mount", "-o", "remount,\(mode)", directory)
    try #require(remounted, "remount \(directory) \(mode)")
}
