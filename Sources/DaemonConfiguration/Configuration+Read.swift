import JobModel

extension Configuration {
    init(reading value: ConfigurationValue?, into findings: ConfigurationFindings) {
        var root = ConfigurationReader(value, path: [], findings: findings)
        stateDirectory = root.directory("state_directory", default: "/var/lib/jobsup")
        runtimeDirectory = root.directory("runtime_directory", default: "/run/jobsup")
        socketGroup = root.optionalText("socket_group")
        logLevel = root.choice("log_level", default: LogLevel.info)
        drainTimeout = root.optionalDuration("drain_timeout")

        var store = root.section("store")
        self.store = Store(
            synchronous: store.choice("synchronous", default: Synchronous.full),
            resultTimeToLive: store.duration("result_ttl", default: .seconds(3600), shown: "1h"),
            history: store.duration("history", default: .seconds(48 * 3600), shown: "48h"))
        store.finish()

        var limits = root.section("limits")
        self.limits = Limits(
            payloadBytes: limits.bytes("payload", default: 1 << 20, shown: "1MiB"),
            resultBytes: limits.bytes("result", default: 1 << 20, shown: "1MiB"))
        for (key, bytes) in [("payload", self.limits.payloadBytes), ("result", self.limits.resultBytes)]
        where !(1...(256 << 20)).contains(bytes) {
            limits.complain(key, "must be from 1 byte to 256MiB")
        }
        limits.finish()

        defaults = JobPolicy(reading: root.section("defaults"), standard: JobPolicy())
        var types = root.section("types")
        self.types = [:]
        for name in types.keys {
            let section = types.section(name)
            Self.checkName(name, in: types)
            self.types[name] = JobPolicy(reading: section, standard: defaults)
        }
        var pools = root.section("pools")
        self.pools = []
        for name in pools.keys.sorted() {
            Self.checkName(name, in: pools)
            self.pools.append(Pool(name: name, reading: pools.section(name)))
        }
        root.finish()
        warnings = []
        settings = []
        if self.pools.isEmpty, findings.problems.isEmpty {
            root.warn("pools", "no pool is configured: jobs can be enqueued but nothing runs them")
        }
        let served = Set(self.pools.flatMap(\.queues))
        for (name, policy) in self.types.sorted(by: { $0.key < $1.key }) where !served.contains(policy.queue) {
            types.warn(name, "its queue '\(policy.queue)' is served by no pool: its jobs wait")
        }
    }

    static func checkName(_ name: String, in reader: ConfigurationReader) {
        guard !isName(name) else { return }
        reader.complain(name, "'\(name)' cannot be a name: use 1 to 128 letters, digits, and any of _ . : -")
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

extension Configuration.Pool {
    private static let most = 1000

    init(name: String, reading section: ConfigurationReader) {
        var reader = section
        self.name = name
        kind = reader.choice("kind", default: Configuration.PoolKind.socket)
        let commandForm = "must be a list, [program, argument, …]: it is never given to a shell"
        let hasCommand = reader.has("command")
        let list = reader.list("command", otherwise: commandForm)
        command = list ?? []
        if !hasCommand || (list != nil && command.first?.isEmpty ?? true) {
            reader.complain("command", "is missing: name the program that works")
        }
        queues = reader.list("queues", otherwise: "must be a list of queue names") ?? ["default"]
        if queues.isEmpty { reader.complain("queues", "is empty: a pool serves at least one queue") }
        for queue in queues where !Configuration.isName(queue) {
            reader.complain("queues", "'\(queue)' cannot be the name of a queue")
        }
        (processes, bounds) = Self.processes(&reader)
        concurrency = reader.integer("concurrency", default: 1, in: 1...10_000)
        if kind == .exec, concurrency != 1 {
            reader.complain("concurrency", "a process of an exec pool runs one job: use 'processes' for more at once")
        }
        environment = Self.environment(reader.section("environment"))
        directory = reader.has("directory") ? reader.directory("directory", default: "/") : nil
        _ = reader.value("directory")
        user = reader.optionalText("user")
        group = reader.optionalText("group")
        bootTimeout = reader.duration("boot_timeout", default: .seconds(60), shown: "60s")
        stopGrace = reader.duration("stop_grace", default: .seconds(10), shown: "10s")
        reader.finish()
    }

    /// `processes: 4`, or `processes: {min: 1, max: 10, start: 2}`.
    private static func processes(_ reader: inout ConfigurationReader) -> (Int, ClosedRange<Int>) {
        guard case .mapping? = reader.value("processes") else {
            return (reader.integer("processes", default: 1, in: 0...most), 0...most)
        }
        var section = reader.section("processes")
        let least = section.integer("min", default: 0, in: 0...most)
        let greatest = section.integer("max", default: most, in: 0...most)
        guard least <= greatest else {
            section.complain("min", "\(least) is more than max, \(greatest)")
            return (0, 0...most)
        }
        let start = section.integer("start", default: least, in: 0...most)
        if !(least...greatest).contains(start) {
            section.complain("start", "\(start) is not within min and max, \(least) to \(greatest)")
        }
        section.finish()
        return (start, least...greatest)
    }

    private static func environment(_ section: ConfigurationReader) -> [String: String] {
        var reader = section
        var result: [String: String] = [:]
        for key in reader.keys {
            result[key] = reader.scalar(key, default: "", shown: "", expected: "a text") { $0 }
            if key.isEmpty || key.contains("=") { reader.complain(key, "cannot be the name of a variable") }
        }
        return result
    }
}

extension JobPolicy {
    init(reading section: ConfigurationReader, standard: JobPolicy) {
        var reader = section
        self = standard
        queue = reader.text("queue", default: standard.queue)
        if !Configuration.isName(queue) { reader.complain("queue", "'\(queue)' cannot be the name of a queue") }
        let limit = standard.timeout ?? .zero
        let time = reader.duration("timeout", default: limit, shown: "\(limit.inSeconds)s")
        timeout = time == .zero ? nil : time
        maxAttempts = reader.integer("max_attempts", default: standard.maxAttempts, in: 1...65535)
        retry = RetryPolicy(reading: &reader, standard: standard.retry)
        reader.finish()
    }
}

extension RetryPolicy {
    /// `backoff: [10s, 1m]`, or `backoff: {base: 1s, factor: 2, cap: 10m, jitter: 0.1}`.
    init(reading reader: inout ConfigurationReader, standard: RetryPolicy) {
        switch reader.value("backoff") {
        case nil: self = standard
        case .list?:
            let texts = reader.list("backoff", otherwise: "") ?? []
            let intervals = texts.compactMap { Duration(text: $0).flatMap { $0 >= .zero ? $0 : nil } }
            if intervals.isEmpty || intervals.count < texts.count {
                reader.complain("backoff", "must be a list of times: [10s, 1m, 5m]")
            }
            self = .intervals(intervals)
        default:
            var section = reader.section("backoff")
            let base = section.duration("base", default: .seconds(1), shown: "1s")
            let factor = section.number("factor", default: 2, in: 1...100)
            let cap = section.duration("cap", default: .seconds(600), shown: "10m")
            let jitter = section.number("jitter", default: 0.1, in: 0...1)
            if base > cap { section.complain("base", "is more than cap") }
            section.finish()
            self = .exponential(base: base, factor: factor, cap: cap, jitter: jitter)
        }
    }
}
