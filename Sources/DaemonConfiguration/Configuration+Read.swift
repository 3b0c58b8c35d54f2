import JobModel
import Scaling
import Supervision

extension Configuration {
    /// As long as anybody waits: far from where nanoseconds overflow.
    static let anyTime = Duration.zero...Duration.seconds(3650 * 86400)
    /// What fits into the milliseconds of a job.
    static let timeouts = Duration.zero...Duration.seconds(49 * 86400)
    /// What a frame may hold.
    static let sizes = 1...(256 << 20)
    /// What is left for a directory of the 103 bytes that SwiftNIO gives the path of a socket on all systems; the longest names
    /// are those of the pools' notify sockets, which are numbered.
    private static let longestRuntimeDirectory = 103 - "/notify-0000000000.sock".utf8.count

    init(reading value: ConfigurationValue, into findings: ConfigurationFindings) {
        var root = ConfigurationReader(value, path: [], findings: findings)
        stateDirectory = root.directory("state_directory", default: "/var/lib/jobsup")
        runtimeDirectory = root.directory("runtime_directory", default: "/run/jobsup")
        if runtimeDirectory.utf8.count > Self.longestRuntimeDirectory {
            root.complain(
                "runtime_directory", "is too long: the path of a socket leaves it \(Self.longestRuntimeDirectory) bytes"
            )
        }
        socketGroup = root.optionalText("socket_group")
        logLevel = root.choice("log_level", default: LogLevel.info)
        log = Log(reading: root.section("log"))
        drainTimeout = root.optionalDuration("drain_timeout")
        store = Store(reading: root.section("store"))
        limits = Limits(reading: root.section("limits"))
        defaults = JobPolicy(reading: root.section("defaults"), standard: JobPolicy())
        var types = root.section("types")
        self.types = [:]
        for name in types.keys {
            Self.checkName(name, in: types)
            self.types[name] = JobPolicy(reading: types.section(name, fallback: "defaults"), standard: defaults)
        }
        let recycle = RecyclePolicy(reading: root.section("recycle"), standard: RecyclePolicy())
        let scaling = ScalingDefaults(reading: root.section("scaling"))
        var pools = root.section("pools")
        self.pools = []
        for name in pools.keys.sorted() {
            Self.checkName(name, in: pools)
            self.pools.append(
                Pool(name: name, reading: pools.section(name), recycle: recycle, scaling: scaling))
        }
        self.scaling = MachineScaling(
            budget: scaling.budget,
            pools: Dictionary(self.pools.compactMap { pool in pool.scaling.map { (pool.name, $0) } }) { first, _ in
                first
            },
            classes: Dictionary(self.pools.map { ($0.name, $0.poolClass.poolClass) }) { first, _ in first })
        root.finish()
        warnings = []
        settings = []
        if self.pools.isEmpty {
            root.warn(ofKey: "pools", "no pool is configured: jobs can be enqueued but nothing runs them")
        }
        let served = Set(self.pools.flatMap(\.queues))
        for (name, policy) in self.types where !served.contains(policy.queue) {
            types.warn(ofKey: name, "its queue '\(policy.queue)' is served by no pool: its jobs wait")
        }
    }

    static let nameRule = "1 to 128 letters, digits, and any of _ . : -"

    private static func checkName(_ name: String, in reader: ConfigurationReader) {
        guard !isName(name) else { return }
        reader.complain(ofKey: name, "'\(name)' cannot be a name: use \(nameRule)")
    }

    static func isName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "_.:-".unicodeScalars.contains(scalar))
            }
    }
}

extension Configuration.Log {
    /// From what a few lines need to what no disk has.
    private static let sizes = 4096...(1 << 40)

    fileprivate init(reading section: ConfigurationReader) {
        var reader = section
        file = reader.optionalDirectory("file")
        maxBytes = reader.bytes("max_size", default: 64 << 20, in: Self.sizes)
        keep = reader.integer("keep", default: 5, in: 0...1000)
        reader.finish()
    }
}

extension Configuration.Store {
    fileprivate init(reading section: ConfigurationReader) {
        var reader = section
        synchronous = reader.choice("synchronous", default: Configuration.Synchronous.full)
        resultTimeToLive = reader.duration("result_ttl", default: .seconds(3600))
        history = reader.duration("history", default: .seconds(48 * 3600))
        reader.finish()
    }
}

extension Configuration.Limits {
    fileprivate init(reading section: ConfigurationReader) {
        var reader = section
        payloadBytes = reader.bytes("payload", default: 1 << 20, in: Configuration.sizes)
        resultBytes = reader.bytes("result", default: 1 << 20, in: Configuration.sizes)
        reader.finish()
    }
}
