import Foundation
import JobModel
import Scaling
import Simulation

/// What is simulated, from what the command was given and the daemon knows.
struct SimulationPlan {
    let name: String
    let trace: Trace
    let settings: SimulationSettings
    let oracle: Oracle
    /// The pool's own; `nil` when it has none.
    let thresholds: ThresholdSettings?
    /// The share of jobs that a pool misses that is always full.
    private let unavoidable: Double

    init(_ command: SimulateCommand) async throws {
        let known = try await Self.known(command)
        let made = command.workload?.workload
        let trace: Trace
        if let made {
            trace = made.trace(seed: command.seed)
        } else if let file = command.trace {
            trace = try Self.read(file)
        } else {
            trace = try await Self.history(command)
        }
        var settings =
            made?.settings(seed: command.seed)
            ?? SimulationSettings(
                range: 1...50, targetSeconds: known?.rules?.targetWaitSeconds ?? 30, seed: command.seed)
        if let known {
            // The simulated workers have one slot each.
            let slots = known.seen.slotsPerWorker
            settings.range = known.min * slots...max(1, known.max * slots)
            settings.bootSeconds = known.seen.bootSeconds
        }
        let most = command.max ?? max(settings.range.upperBound, command.min ?? 0)
        settings.range = min(command.min ?? settings.range.lowerBound, most)...most
        if let boot = command.boot { settings.bootSeconds = boot.duration.inSeconds }
        if let target = command.target { settings.targetSeconds = target.duration.inSeconds }
        settings.bottleneck = command.bottleneck
        thresholds = try known?.rules?.thresholds()
        name = made?.name ?? command.pool ?? "trace"
        self.trace = trace
        self.settings = settings
        let least = settings.range.lowerBound
        let target = settings.targetSeconds
        let fixed = settings
        (oracle, unavoidable) = try await BlockingThread.run {
            var full = fixed
            full.range = fixed.range.upperBound...fixed.range.upperBound
            return (
                Oracle(trace, target: target, least: least),
                SimulationReport.missShare(Contestant.full.run(trace, full), target: target)
            )
        }
    }

    func report(on run: SimulationRun, of contestant: Contestant) -> SimulationReport {
        SimulationReport(
            workload: name, policy: contestant.name, run: run, oracle: oracle, least: settings.range.lowerBound,
            target: settings.targetSeconds, unavoidable: unavoidable)
    }

    var summary: String {
        "\(Shown.count(trace.jobs.count)) jobs in \(Shown.seconds(trace.seconds)), "
            + "\(settings.range.lowerBound) to \(settings.range.upperBound) workers that boot in "
            + "\(Shown.seconds(settings.bootSeconds)), target \(Shown.seconds(settings.targetSeconds)); "
            + "the least that could do it: \(Shown.seconds(oracle.workerSeconds)) of workers"
    }

    private static func known(_ command: SimulateCommand) async throws -> ScalingDocument? {
        guard let pool = command.pool else { return nil }
        return try await command.common.daemon.scaling(pool).document
    }

    private static func read(_ file: String) throws(Complaint) -> Trace {
        let data: Data
        if file == "-" {
            data = FileHandle.standardInput.readDataToEndOfFile()
        } else {
            guard let contents = FileManager.default.contents(atPath: file) else {
                throw Complaint("cannot read \(file)", hint: "does it exist, and may you read it?", .wrongInput)
            }
            data = contents
        }
        do throws(TraceError) {
            return try Trace(text: String(decoding: data, as: UTF8.self))
        } catch {
            throw Complaint("\(file == "-" ? "standard input" : file): \(error.description)", .wrongInput)
        }
    }

    private static func history(_ command: SimulateCommand) async throws -> Trace {
        guard let pool = command.pool, let time = command.fromHistory else { return Trace([]) }
        var jobs: [[Double]] = []
        var after: String?
        var bar = ProgressBar("reading jobs")
        repeat {
            let page = try await command.common.daemon.pastJobs(
                pool, seconds: max(1, Int(time.duration.inSeconds)), after: after
            ).document
            jobs += page.jobs
            after = page.after
            bar.show(jobs.count, fraction: nil)
        } while after != nil
        bar.clear()
        guard let first = jobs.first?.first else {
            throw Complaint(
                "pool \(pool) had no jobs in the last \(time.text)",
                hint: "is its history kept so long? store.history says for how long", .notFound)
        }
        return Trace(jobs.map { .init(arrivalSeconds: max(0, $0[0] - first), serviceSeconds: $0[1]) })
    }
}

extension ScalingDocument.Rules {
    /// `nil` when the pool is scaled otherwise.
    func thresholds() throws(ThresholdSettings.NoHysteresis) -> ThresholdSettings? {
        guard let up, let down, let upCooldownSeconds, let downCooldownSeconds else { return nil }
        func pair(_ value: KeyPath<Level, Double?>) -> ThresholdSettings.Pair {
            .init(up: up[keyPath: value] ?? .infinity, down: down[keyPath: value] ?? .infinity)
        }
        return try ThresholdSettings(
            queueDepth: pair(\.queueDepth), queueLatency: pair(\.queueLatencySeconds), cpu: pair(\.cpuFraction),
            memory: pair(\.memoryFraction), upCooldown: .seconds(upCooldownSeconds),
            downCooldown: .seconds(downCooldownSeconds))
    }
}
