import Supervision

extension RecyclePolicy {
    /// What a recycle section says, over what holds without it. `off` switches a limit off.
    init(reading section: ConfigurationReader, standard: RecyclePolicy) {
        var reader = section
        self = standard
        afterJobs = reader.limit("after_jobs", default: standard.afterJobs, shown: { "\($0)" }, of: "a whole number") {
            Int($0).flatMap { (1...1_000_000_000).contains($0) ? $0 : nil }
        }
        afterTime = reader.limit("after", default: standard.afterTime, shown: \.written, of: "a time, like 4h") {
            ConfigurationReader.duration($0, in: .milliseconds(1)...Configuration.anyTime.upperBound)
        }
        memorySoftBytes = reader.memory("memory_soft", default: standard.memorySoftBytes)
        memoryHardBytes = reader.memory("memory_hard", default: standard.memoryHardBytes)
        memoryWarning = reader.percent("memory_warning", default: standard.memoryWarning)
        // What is taken over from another section is complained of there.
        let isOwn = reader.has("memory_soft") || reader.has("memory_hard")
        if isOwn, let soft = memorySoftBytes, let hard = memoryHardBytes, soft > hard {
            reader.complain(
                "memory_soft", "\(ByteCount.text(soft)) is more than memory_hard, \(ByteCount.text(hard))")
        }
        reader.finish()
    }
}

extension RestartPolicy {
    init(reading section: ConfigurationReader) {
        var reader = section
        self.init(burst: reader.rate("burst"), sustained: reader.rate("sustained"))
        reader.finish()
    }
}

extension ConfigurationReader {
    /// A limit that `off` takes away.
    mutating func limit<Value>(
        _ key: String, default fallback: Value?, shown: (Value) -> String, of form: String,
        parse: (String) -> Value?
    ) -> Value? {
        scalar(key, default: fallback, shown: fallback.map(shown) ?? "off", expected: "\(form), or off") { text in
            text == "off" ? .some(nil) : parse(text).map { .some($0) }
        }
    }

    mutating func memory(_ key: String, default fallback: Int?) -> Int? {
        limit(key, default: fallback, shown: ByteCount.text, of: "a size, like 512MiB") { text in
            ByteCount.parse(text).flatMap { (1 << 20...1 << 50).contains($0) ? $0 : nil }
        }
    }

    /// `75` or `75%`, kept as 0.75.
    mutating func percent(_ key: String, default fallback: Double) -> Double {
        scalar(
            key, default: fallback, shown: "\(Int((fallback * 100).rounded()))%", expected: "a part from 1% to 100%"
        ) { text in
            let number = text.hasSuffix("%") ? String(text.dropLast()) : text
            return Double(decimal: number).flatMap { (1...100).contains($0) ? $0 / 100 : nil }
        }
    }

    /// `10/1m`: so many within so long.
    fileprivate mutating func rate(_ key: String) -> RestartPolicy.Rate? {
        scalar(key, default: nil, shown: "", expected: "deaths and a time, like 10/1m") { text in
            let parts = text.split(separator: "/", maxSplits: 1)
            guard parts.count == 2, let deaths = Int(parts[0]), (1...100_000).contains(deaths),
                let interval = ConfigurationReader.duration(
                    String(parts[1]), in: .seconds(1)...Configuration.anyTime.upperBound)
            else { return nil }
            return .some(RestartPolicy.Rate(deaths, per: interval))
        }
    }
}
