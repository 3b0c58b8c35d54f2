import Foundation
import Logging
import ProcessHost
import Synchronization

/// A program that hosts processes, for tests which count its descriptors, lower its limits, or kill it.
///
/// Each command prints lines of `name value` for the test to read, and exits with 0.
@main
struct Probe {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "victim": try Victim.run(count: number(1))
        case "soak": try Soak.run(count: number(1))
        case "failures": try Failures.run(count: number(1))
        case "unreachable": try Unreachable.run()
        case "end": try Ending.run()
        case "few-descriptors": try Limits.withFewDescriptors()
        case "few-processes": try Limits.withFewProcesses()
        case "sweep": try Sweep.run(count: number(1))
        case "groups": try Groups.run(Array(arguments.dropFirst()))
        case "without-rights": try Rights.run()
        case "killed-launcher": try KilledLauncher.run()
        default:
            FileHandle.standardError.write(Data("no such probe\n".utf8))
            exit(64)
        }
    }

    static func number(_ index: Int) -> Int {
        CommandLine.arguments.count > index + 1 ? Int(CommandLine.arguments[index + 1]) ?? 0 : 0
    }

    static func say(_ name: String, _ value: some CustomStringConvertible) {
        print(name, value)
        fflush(nil)
    }

    static func makeHost(startProcess: @escaping @Sendable (Foundation.Process) throws -> Void = { try $0.run() })
        throws
        -> ProcessHost
    {
        var logger = Logger(label: "probe")
        logger.logLevel = .critical
        let launcher = environment["PROBE_LAUNCHER"] ?? ProcessHost.installedLauncher()
        return try ProcessHost(launcher: launcher, logger: logger, startsAhead: startsAhead, startProcess: startProcess)
    }

    private static let environment = ProcessInfo.processInfo.environment
    /// Then one child is there whenever nothing runs.
    static let startsAhead = environment["PROBE_STARTS_AHEAD"] != nil

    /// Starts a program and blocks until its end.
    static func run(
        _ request: SpawnRequest, on host: ProcessHost, onLine: @escaping @Sendable (String) -> Void = { _ in }
    ) -> Result<ProcessExit, SpawnError> {
        let result = Mutex<Result<ProcessExit, SpawnError>?>(nil)
        let done = DispatchSemaphore(value: 0)
        host.start(request) { event in
            switch event {
            case .exited(let exit): result.withLock { $0 = .success(exit) }
            case .failed(let error): result.withLock { $0 = .failure(error) }
            case .lines(let lines):
                for line in lines { onLine(line.text) }
                return
            case .started, .notified: return
            }
            done.signal()
        }
        done.wait()
        return result.withLock { $0 } ?? .failure(.outOfMemory)
    }

    static var openDescriptors: Int {
        // The listing itself has one open.
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count - 1
    }

    static var residentKiB: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// Looks until the count of descriptors is what it was: Foundation closes its own on another thread.
    static func settledDescriptors(expecting count: Int) -> Int {
        let deadline = ContinuousClock.now + .seconds(10)
        while openDescriptors != count, ContinuousClock.now < deadline { usleep(2000) }
        return openDescriptors
    }

    /// Living or dead, the children of this process.
    static var children: [String] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.flatMap { task in
            ((try? String(contentsOfFile: "/proc/self/task/\(task)/children", encoding: .utf8)) ?? "")
                .split(separator: " ").map(String.init)
        }
    }

    /// Those that have no program yet.
    static var launchers: [String] {
        children.filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/exe"))?.hasSuffix("/jobsup-launch")
                == true
        }
    }

    static func settledChildren() -> Int { settledListing().count }

    /// The children once they are only those that wait for an order. One look at them: the next may miss some that are there, while
    /// others are reaped.
    static func settledListing() -> [String] {
        let deadline = ContinuousClock.now + .seconds(10)
        // One that was reaped is none, and one that ended and was not has no executable.
        let waiting = startsAhead ? 1 : 0
        while true {
            let found = children
            if found.count == waiting && launchers.count == waiting || ContinuousClock.now >= deadline { return found }
            usleep(2000)
        }
    }
}
