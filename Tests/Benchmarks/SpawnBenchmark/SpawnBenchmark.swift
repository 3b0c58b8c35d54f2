import Foundation
import Logging
import ProcessHost
import Synchronization

/// What starting and ending a program costs through `ProcessHost`, against the bare system calls in the same run.
///
///     swift run -c release SpawnBenchmark [ROUNDS]
@main
struct SpawnBenchmark {
    static func main() throws {
        let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 500
        var logger = Logger(label: "benchmark")
        logger.logLevel = .critical
        let host = HostRuns(try ProcessHost(logger: logger, startsAhead: true))
        var samples: [String: [Duration]] = [:]
        func measure(_ name: String, _ duration: Duration) { samples[name, default: []].append(duration) }
        // Alternating, so that a busy moment of the machine meets both.
        for round in 0..<(rounds + 20) {
            let bare = BareRuns.startAndWait("/bin/true")
            let hosted = host.startAndWait("/bin/true")
            let bareKill = BareRuns.killAndWait("/bin/sleep")
            let hostedKill = host.killAndWait("/bin/sleep")
            guard round >= 20 else { continue }
            measure("bare: start to running", bare.started)
            measure("bare: start to exit", bare.exited)
            measure("host: start to exit", hosted.exited)
            measure("host: start to running", hosted.started)
            measure("bare: SIGKILL to waitpid", bareKill)
            measure("host: SIGKILL to exit event", hostedKill)
        }
        for name in samples.keys.sorted() { report(name, samples[name] ?? []) }
        for span in ["start to running", "start to exit"] {
            let ratio = median(samples["host: \(span)"] ?? []) / median(samples["bare: \(span)"] ?? [])
            print("\(span), host / bare: \(String(format: "%.2f", ratio))")
        }
        let many = host.startManyAndWait("/bin/true", count: rounds)
        print("starts per second, all asked for at once: \(Int(Double(rounds) / many.seconds))")
    }

    private static func report(_ name: String, _ samples: [Duration]) {
        let sorted = samples.sorted()
        guard let last = sorted.last else { return }
        let p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        func milliseconds(_ duration: Duration) -> String { String(format: "%7.3f", duration.seconds * 1000) }
        print(
            "\(name.padding(toLength: 28, withPad: " ", startingAt: 0)) median \(milliseconds(sorted[sorted.count / 2])) ms",
            "p99 \(milliseconds(p99)) ms max \(milliseconds(last)) ms")
    }

    private static func median(_ samples: [Duration]) -> Double {
        let sorted = samples.sorted()
        return sorted.isEmpty ? .nan : sorted[sorted.count / 2].seconds
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// Programs started by `posix_spawn` and nothing else.
enum BareRuns {
    /// `posix_spawn` returns when the program has replaced the copy of this process.
    static func startAndWait(_ path: String) -> (started: Duration, exited: Duration) {
        let clock = ContinuousClock()
        let begin = clock.now
        let processID = start(path)
        let started = clock.now - begin
        wait(for: processID)
        return (started, clock.now - begin)
    }

    static func killAndWait(_ path: String) -> Duration {
        let processID = start(path, argument: "1000")
        usleep(5000)
        return ContinuousClock().measure {
            kill(processID, SIGKILL)
            wait(for: processID)
        }
    }

    private static func start(_ path: String, argument: String? = nil) -> pid_t {
        var processID: pid_t = 0
        var arguments = [strdup(path), argument.flatMap { strdup($0) }, nil]
        defer { arguments.forEach { free($0) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        guard posix_spawn(&processID, path, nil, nil, &arguments, &environment) == 0 else { fatalError("posix_spawn") }
        return processID
    }

    private static func wait(for processID: pid_t) {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0, errno == EINTR {}
    }
}

/// The same through the host.
struct HostRuns {
    private let host: ProcessHost
    private let clock = ContinuousClock()

    init(_ host: ProcessHost) {
        self.host = host
    }

    func startAndWait(_ path: String) -> (started: Duration, exited: Duration) {
        let instants = Instants()
        let start = clock.now
        host.start(SpawnRequest(executable: path)) { instants.record($0) }
        instants.hasExited.wait()
        return (instants.started - start, instants.exited - start)
    }

    func killAndWait(_ path: String) -> Duration {
        let instants = Instants()
        let handle = host.start(SpawnRequest(executable: path, arguments: ["1000"])) { instants.record($0) }
        instants.hasStarted.wait()
        usleep(5000)
        let start = clock.now
        handle.signal(SIGKILL)
        instants.hasExited.wait()
        return instants.exited - start
    }

    func startManyAndWait(_ path: String, count: Int) -> Duration {
        clock.measure {
            let all = (0..<count).map { _ in
                let instants = Instants()
                host.start(SpawnRequest(executable: path)) { instants.record($0) }
                return instants
            }
            for instants in all { instants.hasExited.wait() }
        }
    }
}

/// When the events of one process came.
final class Instants: Sendable {
    private let instants = Mutex((started: ContinuousClock.now, exited: ContinuousClock.now))
    let hasStarted = DispatchSemaphore(value: 0)
    let hasExited = DispatchSemaphore(value: 0)

    var started: ContinuousClock.Instant { instants.withLock { $0.started } }
    var exited: ContinuousClock.Instant { instants.withLock { $0.exited } }

    func record(_ event: ProcessEvent) {
        let now = ContinuousClock.now
        switch event {
        case .started:
            instants.withLock { $0.started = now }
            hasStarted.signal()
        case .exited:
            instants.withLock { $0.exited = now }
            hasExited.signal()
        case .failed(let error): fatalError("\(error)")
        case .lines, .notified: break
        }
    }
}
