import JobModel
import Scaling

/// What a scaling section says: the root's, over the defaults, and each pool's, over the root's.
struct ScalingSection {
    var isEnabled = true
    /// `nil`: by thresholds.
    var targetWait: Duration?
    private var up = Level.up
    private var down = Level.down
    private var upCooldown = Duration.seconds(60)
    private var downCooldown = Duration.seconds(300)
    private var pressure = PressureLimits()
    private var queueDecides = false

    /// What it says to services: their jobs are not seen, so only thresholds can be had.
    var forServices: ScalingSection {
        var section = self
        section.targetWait = nil
        section.queueDecides = true
        return section
    }

    /// One side of the thresholds.
    private struct Level {
        var queueDepth: Int
        var queueLatency: Duration
        var cpu: Double
        var memory: Double

        static let up = Level(queueDepth: 100, queueLatency: .seconds(30), cpu: 0.75, memory: 0.8)
        static let down = Level(queueDepth: 10, queueLatency: .seconds(5), cpu: 0.3, memory: 0.4)

        mutating func read(_ section: ConfigurationReader) {
            var reader = section
            queueDepth = reader.integer("queue_depth", default: queueDepth, in: 0...1_000_000_000)
            queueLatency = reader.duration("queue_latency", default: queueLatency)
            cpu = reader.share("cpu", default: cpu)
            memory = reader.share("memory", default: memory)
            reader.finish()
        }
    }

    /// `isOfPool` when what is missing stands in the root's section.
    mutating func read(_ reader: inout ConfigurationReader, isOfPool: Bool) {
        func fallback(_ key: String) -> String? { isOfPool ? "scaling.\(key)" : nil }
        isEnabled = reader.flag("enabled", default: isEnabled)
        targetWait = reader.limit("target_wait", default: targetWait, shown: \.written, of: "a time, like 30s") {
            ConfigurationReader.duration($0, in: .milliseconds(100)...Configuration.anyTime.upperBound)
        }
        up.read(reader.section("up", fallback: fallback("up")))
        down.read(reader.section("down", fallback: fallback("down")))
        var cooldown = reader.section("cooldown", fallback: fallback("cooldown"))
        upCooldown = cooldown.duration("up", default: upCooldown)
        downCooldown = cooldown.duration("down", default: downCooldown)
        cooldown.finish()
        readPressure(reader.section("pressure", fallback: fallback("pressure")))
        do throws(ThresholdSettings.NoHysteresis) {
            _ = try thresholds()
        } catch {
            // What a pool takes over is complained of there.
            if !isOfPool || reader.has("up") || reader.has("down") { reader.complain("down", error.description) }
        }
    }

    private mutating func readPressure(_ section: ConfigurationReader) {
        var reader = section
        pressure.cpu = reader.pressure("cpu", default: pressure.cpu)
        pressure.memory = reader.pressure("memory", default: pressure.memory)
        pressure.io = reader.pressure("io", default: pressure.io)
        reader.finish()
    }

    private func thresholds() throws(ThresholdSettings.NoHysteresis) -> ThresholdSettings {
        try ThresholdSettings(
            queueDepth: .init(up: Double(up.queueDepth), down: Double(down.queueDepth)),
            queueLatency: .init(up: up.queueLatency.inSeconds, down: down.queueLatency.inSeconds),
            cpu: .init(up: up.cpu, down: down.cpu), memory: .init(up: up.memory, down: down.memory),
            upCooldown: upCooldown, downCooldown: downCooldown, queueDecides: queueDecides)
    }

    var guards: GuardSettings { GuardSettings(pressure: pressure) }

    /// `nil` when the thresholds are wrong, which was complained of.
    var rule: PoolScaling.Rule? {
        if let targetWait { return .targetWait(TargetWaitSettings(target: targetWait)) }
        return (try? thresholds()).map { .thresholds($0) }
    }
}

/// What the root's section says beyond what each pool may say otherwise.
struct ScalingDefaults {
    var section = ScalingSection()
    var budget = ScalingBudget()
    /// How many processes a pool with `processes: auto` may have, by its class.
    private(set) var ranges: [ScalingBudget.PoolClass: ClosedRange<Int>] = [:]

    init(reading section: ConfigurationReader) {
        var reader = section
        self.section.read(&reader, isOfPool: false)
        budget.processes = reader.limit("max_processes", default: nil, shown: { "\($0)" }, of: "a whole number") {
            Int($0).flatMap { (1...100_000).contains($0) ? $0 : nil }
        }
        budget.memoryBytes = reader.memory("max_memory", default: nil)
        ranges[.default] = Self.range(reader.section("default"), 1...10)
        ranges[.critical] = Self.range(reader.section("critical"), 2...20)
        ranges[.background] = Self.range(reader.section("background"), 1...5)
        reader.finish()
    }

    func range(of poolClass: ScalingBudget.PoolClass) -> ClosedRange<Int> { ranges[poolClass] ?? 1...10 }

    private static func range(_ section: ConfigurationReader, _ standard: ClosedRange<Int>) -> ClosedRange<Int> {
        var reader = section
        let least = reader.integer("min_workers", default: standard.lowerBound, in: 0...1000)
        let most = reader.integer("max_workers", default: standard.upperBound, in: 0...1000)
        reader.finish()
        guard least <= most else {
            reader.complain("min_workers", "\(least) is more than max_workers, \(most)")
            return standard
        }
        return least...most
    }
}

extension Configuration {
    package enum PoolClass: String, CaseIterable, Sendable {
        case critical, `default`, background

        var poolClass: ScalingBudget.PoolClass {
            switch self {
            case .critical: .critical
            case .default: .default
            case .background: .background
            }
        }
    }
}

extension ConfigurationReader {
    /// `75` or `75%`, kept as 0.75; `off` is infinity.
    fileprivate mutating func share(_ key: String, default fallback: Double) -> Double {
        pressure(key, default: fallback * 100) / 100
    }

    /// Percent of the time that something waits; `off` for no limit.
    fileprivate mutating func pressure(_ key: String, default fallback: Double) -> Double {
        limit(
            key, default: fallback.isInfinite ? nil : fallback, shown: { "\(Int($0))%" }, of: "a part from 1% to 100%"
        ) { text in
            let number = text.hasSuffix("%") ? String(text.dropLast()) : text
            return Double(decimal: number).flatMap { (1...100).contains($0) ? $0 : nil }
        } ?? .infinity
    }

    mutating func flag(_ key: String, default fallback: Bool) -> Bool {
        scalar(key, default: fallback, shown: "\(fallback)", expected: "true or false") { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }
}
