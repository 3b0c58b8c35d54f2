import JobModel

extension JobPolicy {
    init(reading section: ConfigurationReader, standard: JobPolicy) {
        var reader = section
        self = standard
        queue = reader.name("queue", default: standard.queue)
        let time = reader.duration("timeout", default: standard.timeout ?? .zero, in: Configuration.timeouts)
        timeout = time == .zero ? nil : time
        maxAttempts = reader.integer("max_attempts", default: standard.maxAttempts, in: 1...65535)
        retry = RetryPolicy(reading: &reader, standard: standard.retry)
        memoryLimitBytes = reader.memory("memory_limit", default: standard.memoryLimitBytes)
        expectedMemoryBytes = reader.memory("expected_memory", default: standard.expectedMemoryBytes)
        reader.finish()
    }
}

extension RetryPolicy {
    /// `backoff: [10s, 1m]`, or `backoff: {base: 1s, factor: 2, cap: 10m, jitter: 0.1}`.
    fileprivate init(reading reader: inout ConfigurationReader, standard: RetryPolicy) {
        switch reader.value("backoff") {
        case nil:
            reader.noteMissing("backoff", standard.written)
            self = standard
        case .list?: self = reader.durations("backoff").map { .intervals($0) } ?? standard
        case .scalar?:
            reader.complain(
                "backoff", "must be a list of times, [10s, 1m], or {base: 1s, factor: 2, cap: 10m, jitter: 0.1}")
            self = standard
        case .mapping?:
            var section = reader.section("backoff")
            let base = section.duration("base", default: .seconds(1))
            let factor = section.number("factor", default: 2, in: 1...100)
            let cap = section.duration("cap", default: .seconds(600))
            let jitter = section.number("jitter", default: 0.1, in: 0...1)
            section.finish()
            if base > cap { section.complain("base", "\(base.written) is more than cap, \(cap.written)") }
            self = .exponential(base: base, factor: factor, cap: cap, jitter: jitter)
        }
    }

    private var written: String {
        switch self {
        case .intervals(let times): "[\(times.map(\.written).joined(separator: ", "))]"
        case .exponential(let base, let factor, let cap, let jitter):
            "{base: \(base.written), factor: \(factor), cap: \(cap.written), jitter: \(jitter)}"
        }
    }
}
