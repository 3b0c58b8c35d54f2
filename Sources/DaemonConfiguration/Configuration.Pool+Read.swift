import JobModel
import Scaling
import Supervision

extension Configuration.Pool {
    private static let most = 1000

    /// `recycle` is what holds for all pools of workers that get jobs.
    init(
        name: String, reading section: ConfigurationReader, recycle standard: RecyclePolicy, scaling: ScalingDefaults
    ) {
        var reader = section
        self.name = name
        kind = reader.choice("kind", default: Configuration.PoolKind.socket)
        command = Self.command(&reader)
        queues = Self.queues(&reader, kind)
        poolClass = reader.choice("class", default: Configuration.PoolClass.default)
        (processes, bounds) = Self.processes(&reader, whenAutomatic: scaling.range(of: poolClass.poolClass))
        self.scaling = Self.scaling(&reader, kind, bounds, scaling)
        concurrency = reader.integer("concurrency", default: 1, in: 1...10_000)
        if kind != .socket, concurrency != 1 {
            reader.complain("concurrency", "is for socket pools: use 'processes' for more at once")
        }
        environment = Self.environmentFiles(&reader).merging(Self.environment(reader.section("environment"))) { $1 }
        credentials = Self.environment(reader.section("credentials"))
        directory = reader.optionalDirectory("directory")
        user = reader.optionalText("user")
        group = reader.optionalText("group")
        // A worker that must be ready at once would be stopped at once, again and again.
        let times = Duration.milliseconds(1)...Configuration.anyTime.upperBound
        bootTimeout = reader.duration("boot_timeout", default: .seconds(60), in: times)
        stopGrace = reader.duration("stop_grace", default: .seconds(10))
        readiness = Self.readiness(&reader, kind)
        watchdog = reader.limit("watchdog", default: nil, shown: \.written, of: "a time, like 30s") {
            ConfigurationReader.duration($0, in: times)
        }
        rolloutPatience = reader.duration("rollout_patience", default: .seconds(10), in: times)
        // A program that is not ours to know is only recycled when its own section says so.
        recycle = RecyclePolicy(
            reading: reader.section("recycle", fallback: kind == .socket ? "recycle" : nil),
            standard: kind == .socket ? standard : RecyclePolicy.none)
        restart = RestartPolicy(reading: reader.section("restart"))
        limits = WorkerLimits(reading: reader.section("limits"))
        checkSignal(reader)
        reader.finish()
    }

    private static func readiness(
        _ reader: inout ConfigurationReader, _ kind: Configuration.PoolKind
    ) -> PoolSettings.Readiness {
        if kind != .service, reader.has("ready") {
            reader.complain("ready", "is for service pools: workers of the other kinds say so by themselves")
        }
        return reader.scalar(
            "ready", default: .after(.seconds(1)), shown: "1s",
            expected: "notify (the program sends READY=1), or the time after which it counts as ready, like 1s"
        ) { text in
            if text == "notify" { return .notify }
            return ConfigurationReader.duration(text, in: Configuration.anyTime).map { .after($0) }
        }
    }

    /// `environment_file: PATH`, or a list of them; the later wins.
    private static func environmentFiles(_ reader: inout ConfigurationReader) -> [String: String] {
        let names: [String]
        if case .list? = reader.value("environment_file") {
            names = reader.list("environment_file", otherwise: "must be a path or a list of paths") ?? []
        } else {
            names = reader.optionalText("environment_file").map { [$0] } ?? []
        }
        var result: [String: String] = [:]
        for name in names {
            do throws(EnvironmentFile.Problem) {
                result.merge(try EnvironmentFile.read(name)) { _, later in later }
            } catch {
                reader.complain("environment_file", error.message)
            }
        }
        return result
    }

    private static func command(_ reader: inout ConfigurationReader) -> [String] {
        let isThere = reader.has("command")
        let form = "must be a list, [program, argument, …]: it is never given to a shell"
        let words = reader.list("command", otherwise: form)
        if !isThere || words?.first?.isEmpty ?? (words != nil) {
            reader.complain("command", "is missing: name the program that works")
        }
        return words ?? []
    }

    private static func queues(_ reader: inout ConfigurationReader, _ kind: Configuration.PoolKind) -> [String] {
        if kind == .service {
            if reader.has("queues") {
                _ = reader.value("queues")
                reader.complain("queues", "is not for service pools: their programs get no jobs from here")
            }
            return []
        }
        if !reader.has("queues") { reader.noteMissing("queues", "[default]") }
        guard let names = reader.list("queues", otherwise: "must be a list of queue names") else { return ["default"] }
        if names.isEmpty { reader.complain("queues", "is empty: a pool serves at least one queue") }
        for (index, name) in names.enumerated() {
            if !Configuration.isName(name) {
                reader.complain("queues", "'\(name)' cannot be a name: use \(Configuration.nameRule)")
            } else if names[..<index].contains(name) {
                reader.complain("queues", "'\(name)' is there more than once")
            }
        }
        return names
    }

    /// The variable of its signal's URL: what is known of it here.
    private func checkSignal(_ pool: ConfigurationReader) {
        guard let secret = scaling?.signal?.secret, case .variable(let name) = secret.url else { return }
        var pool = pool
        var scaling = pool.section("scaling")
        var signal = scaling.section("signal")
        let section = signal.section(["redis", "postgres"].first(where: signal.has) ?? "redis")
        if let text = environment[name] {
            if !secret.isRight(text) {
                section.complain("url_env", "\(name) \(ConfigurationReader.isNotURL(secret.form))")
            }
        } else if credentials[name] == nil {
            section.warn(
                ofKey: "url_env",
                "the pool's environment, environment_file and credentials have no \(name); the daemon's own must have it"
            )
        }
    }

    /// How the pool is scaled, when it may have more and less.
    private static func scaling(
        _ reader: inout ConfigurationReader, _ kind: Configuration.PoolKind, _ bounds: ClosedRange<Int>,
        _ standard: ScalingDefaults
    ) -> PoolScaling? {
        guard kind == .socket || kind == .service && reader.has("scaling") else {
            if reader.has("scaling") {
                _ = reader.value("scaling")
                reader.complain("scaling", "is not for exec pools: their processes end with their jobs")
            }
            return nil
        }
        var section = kind == .service ? standard.section.forServices : standard.section
        var own = reader.section("scaling", fallback: "scaling")
        section.read(&own, isOfPool: true)
        let signal = signal(&own, kind, section)
        own.finish()
        // Without `min` and `max` the bounds only say what people may set.
        let isRange = isRange(&reader)
        if signal != nil, section.isEnabled, !isRange {
            own.warn(ofKey: "signal", "has no effect: the pool has one number of processes; give {min: 1, max: 10}")
        }
        guard section.isEnabled, isRange, bounds.count > 1, let rule = section.rule else { return nil }
        if kind == .service, signal == nil { return nil }
        return PoolScaling(rule, guards: section.guards, signal: signal)
    }

    /// Where the length of a service pool's queue is to be had.
    private static func signal(
        _ scaling: inout ConfigurationReader, _ kind: Configuration.PoolKind, _ section: ScalingSection
    ) -> SignalSettings? {
        guard kind == .service else {
            if scaling.has("signal") {
                _ = scaling.value("signal")
                scaling.complain("signal", "is for service pools: the queues of this pool are known")
            }
            return nil
        }
        if section.targetWait != nil {
            scaling.complain(
                "target_wait",
                "is not for service pools: nobody knows how long their jobs take, nor how many are done; use up and down"
            )
        }
        guard scaling.has("signal") else {
            if section.isEnabled {
                scaling.complain(
                    "signal", "is missing: nobody knows how much a service has to do unless it is told where to look")
            }
            return nil
        }
        return SignalSettings(reading: scaling.section("signal"))
    }

    private static func isRange(_ reader: inout ConfigurationReader) -> Bool {
        switch reader.value("processes") {
        case .mapping(let members, _)?: members.contains { $0.key == "max" }
        case .scalar("auto", _)?: true
        default: false
        }
    }

    /// `processes: 4`, or `processes: {min: 1, max: 10, start: 2}`, or `processes: auto`.
    private static func processes(
        _ reader: inout ConfigurationReader, whenAutomatic range: ClosedRange<Int>
    ) -> (Int, ClosedRange<Int>) {
        if case .scalar("auto", let origin)? = reader.value("processes") {
            reader.note("processes", "\(range.lowerBound) to \(range.upperBound)", from: origin)
            return (range.lowerBound, range)
        }
        guard case .mapping? = reader.value("processes") else {
            return (reader.integer("processes", default: 1, in: 0...most), 0...most)
        }
        var section = reader.section("processes")
        let least = section.integer("min", default: 0, in: 0...most)
        let greatest = section.integer("max", default: most, in: 0...most)
        let start = section.integer("start", default: least, in: 0...most)
        section.finish()
        guard least <= greatest else {
            section.complain("min", "\(least) is more than max, \(greatest)")
            return (start, 0...most)
        }
        if !(least...greatest).contains(start) {
            section.complain("start", "\(start) is not within min and max, \(least) to \(greatest)")
        }
        return (start, least...greatest)
    }

    private static func environment(_ section: ConfigurationReader) -> [String: String] {
        var reader = section
        var result: [String: String] = [:]
        for key in reader.keys {
            result[key] = reader.scalar(key, default: "", shown: "", expected: "a text") { $0 }
            if key.isEmpty || key.contains("=") || key.utf8.contains(0) {
                reader.complain(ofKey: key, "cannot be the name of a variable")
            }
        }
        return result
    }
}
