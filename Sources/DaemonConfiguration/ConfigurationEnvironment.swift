import JobModel

/// The variables of the environment that are settings.
struct ConfigurationEnvironment {
    let variables: [String: String]

    static let settings: [String: [String]] = [
        "JOBSUP_STATE_DIRECTORY": ["state_directory"], "JOBSUP_RUNTIME_DIRECTORY": ["runtime_directory"],
        "JOBSUP_SOCKET_GROUP": ["socket_group"], "JOBSUP_LOG_LEVEL": ["log_level"],
        "JOBSUP_LOG_FILE": ["log", "file"], "JOBSUP_LOG_MAX_SIZE": ["log", "max_size"],
        "JOBSUP_LOG_KEEP": ["log", "keep"],
        "JOBSUP_DRAIN_TIMEOUT": ["drain_timeout"], "JOBSUP_STORE_SYNCHRONOUS": ["store", "synchronous"],
        "JOBSUP_STORE_RESULT_TTL": ["store", "result_ttl"], "JOBSUP_STORE_HISTORY": ["store", "history"],
        "JOBSUP_LIMITS_PAYLOAD": ["limits", "payload"], "JOBSUP_LIMITS_RESULT": ["limits", "result"],
        "JOBSUP_DEFAULTS_QUEUE": ["defaults", "queue"], "JOBSUP_DEFAULTS_TIMEOUT": ["defaults", "timeout"],
        "JOBSUP_DEFAULTS_MAX_ATTEMPTS": ["defaults", "max_attempts"],
        "WORKER_RECYCLE_AFTER_JOBS": ["recycle", "after_jobs"], "WORKER_RECYCLE_AFTER_HOURS": ["recycle", "after"],
        "WORKER_MEMORY_SOFT_LIMIT": ["recycle", "memory_soft"],
        "WORKER_MEMORY_HARD_LIMIT": ["recycle", "memory_hard"],
        "MEMORY_WARNING_THRESHOLD": ["recycle", "memory_warning"],
        "ENABLE_AUTO_SCALING": ["scaling", "enabled"],
        "SCALE_UP_QUEUE_DEPTH": ["scaling", "up", "queue_depth"],
        "SCALE_UP_QUEUE_LATENCY": ["scaling", "up", "queue_latency"],
        "SCALE_UP_CPU_THRESHOLD": ["scaling", "up", "cpu"], "SCALE_UP_MEMORY_THRESHOLD": ["scaling", "up", "memory"],
        "SCALE_DOWN_QUEUE_DEPTH": ["scaling", "down", "queue_depth"],
        "SCALE_DOWN_QUEUE_LATENCY": ["scaling", "down", "queue_latency"],
        "SCALE_DOWN_CPU_THRESHOLD": ["scaling", "down", "cpu"],
        "SCALE_DOWN_MEMORY_THRESHOLD": ["scaling", "down", "memory"],
        "SCALE_UP_COOLDOWN": ["scaling", "cooldown", "up"], "SCALE_DOWN_COOLDOWN": ["scaling", "cooldown", "down"],
        "MIN_WORKERS": ["scaling", "default", "min_workers"], "MAX_WORKERS": ["scaling", "default", "max_workers"],
        "CRITICAL_MIN_WORKERS": ["scaling", "critical", "min_workers"],
        "CRITICAL_MAX_WORKERS": ["scaling", "critical", "max_workers"],
        "BACKGROUND_MIN_WORKERS": ["scaling", "background", "min_workers"],
        "BACKGROUND_MAX_WORKERS": ["scaling", "background", "max_workers"],
    ]
    /// The units of bare numbers, where the variable's name says so or custom has it.
    private static let units = [
        "WORKER_RECYCLE_AFTER_HOURS": "h", "WORKER_MEMORY_SOFT_LIMIT": "MiB", "WORKER_MEMORY_HARD_LIMIT": "MiB",
    ]
    /// Nobody else has variables that begin like this.
    private static let ofRecycling = ["WORKER_RECYCLE_", "WORKER_MEMORY_", "SCALE_UP_", "SCALE_DOWN_"]
    private static let memoryLimit = "MEMORY_LIMIT_"
    private static let concurrency = "WORKER_CONCURRENCY_"
    private static let timeout = "TIMEOUT_"
    /// What the daemon gives to workers, who may start a command of it.
    private static let ofWorkers: Set<String> = [
        "JOBSUP_SOCKET", "JOBSUP_TOKEN", "JOBSUP_POOL", "JOBSUP_WORKER", "JOBSUP_SLOTS", "JOBSUP_QUEUES",
        "JOBSUP_OUTPUT_TAGS", "JOBSUP_QUEUE", "JOBSUP_ATTEMPT", "JOBSUP_MAX_ATTEMPTS", "JOBSUP_REQUEST_ID",
    ]

    /// `tree` with what the environment says laid over it.
    func overriding(_ tree: ConfigurationValue) -> ConfigurationValue {
        var result = tree
        for (name, path) in overrides(of: tree) {
            guard let text = variables[name] else { continue }
            let unit = Self.units[name] ?? (name.hasPrefix(Self.memoryLimit) ? "MiB" : "")
            let isBare = !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
            result = result.setting(path[...], to: isBare ? text + unit : text, from: .environment(name))
        }
        return result
    }

    /// Warns of variables that look like settings and are none.
    func warnOfUnknown(in tree: ConfigurationValue, _ findings: ConfigurationFindings) {
        let known = overrides(of: tree).map(\.name)
        for name in variables.keys.sorted() where !known.contains(name) {
            let isOurs = name.hasPrefix("JOBSUP_") && !name.hasPrefix("JOBSUP_JOB_") && !Self.ofWorkers.contains(name)
            let isOfWorkers = ([Self.concurrency] + Self.ofRecycling).contains { name.hasPrefix($0) }
            guard isOurs || isOfWorkers else { continue }
            let hint = Suggestion.nearest(to: name, in: known).map { "; did you mean \($0)?" } ?? ""
            findings.warn(.environment(name), "", "is not a setting and has no effect\(hint)")
        }
    }

    /// The names that count, whether they are set or not.
    private func overrides(of tree: ConfigurationValue) -> [(name: String, path: [String])] {
        Self.settings.sorted { $0.key < $1.key }.map { (name: $0.key, path: $0.value) }
            + Self.named(Self.concurrency, in: tree, section: "pools", key: "concurrency")
            + Self.named(Self.timeout, in: tree, section: "types", key: "timeout")
            + Self.named(Self.memoryLimit, in: tree, section: "types", key: "memory_limit")
    }

    /// `TIMEOUT_SEND_MAIL` is the timeout of the type that is written `send_mail` or `send-mail` in the file.
    private static func named(
        _ prefix: String, in tree: ConfigurationValue, section: String, key: String
    ) -> [(name: String, path: [String])] {
        let entries = tree.members.first { $0.key == section }?.value.members ?? []
        return entries.map { entry in
            let name = entry.key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }
            return (name: prefix + name.joined(), path: [section, entry.key, key])
        }
    }
}
