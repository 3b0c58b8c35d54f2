import Supervision

extension WorkerLimits {
    init(reading section: ConfigurationReader) {
        var reader = section
        self.init()
        memoryHighBytes = reader.memory("memory_high", default: nil)
        memoryMaxBytes = reader.memory("memory_max", default: nil)
        cpuWeight = reader.optionalInteger("cpu_weight", in: 1...10_000)
        cpuPercent = reader.optionalInteger("cpu_percent", in: 1...1_000_000)
        pidsMax = reader.optionalInteger("pids_max", in: 1...4_194_304)
        ioWeight = reader.optionalInteger("io_weight", in: 1...10_000)
        openFiles = reader.optionalInteger("open_files", in: 16...1_073_741_816)
        processes = reader.optionalInteger("processes", in: 1...4_194_304)
        coreBytes = reader.optionalBytes("core_size")
        fileBytes = reader.optionalBytes("file_size")
        cpuSeconds = reader.optionalInteger("cpu_seconds", in: 1...1_000_000_000)
        addressSpaceBytes = reader.optionalBytes("address_space")
        nice = reader.optionalInteger("nice", in: -20...19)
        oomScoreAdjust = reader.optionalInteger("oom_score_adjust", in: -1000...1000)
        umask = reader.scalar("umask", default: nil, shown: "", expected: "an octal mask, like 0027") { text in
            UInt32(text, radix: 8).flatMap { $0 <= 0o777 ? .some($0) : nil }
        }
        if let high = memoryHighBytes, let max = memoryMaxBytes, high > max {
            reader.complain(
                "memory_high", "\(ByteCount.text(high)) is more than memory_max, \(ByteCount.text(max))")
        }
        reader.finish()
    }
}

extension ConfigurationReader {
    mutating func optionalInteger(_ key: String, in range: ClosedRange<Int>) -> Int? {
        scalar(
            key, default: Int?.none, shown: "",
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? .some($0) : nil } }
    }

    /// A size of 0 or more.
    fileprivate mutating func optionalBytes(_ key: String) -> Int? {
        scalar(key, default: Int?.none, shown: "", expected: "a size, like 512MiB") { text in
            text == "0" ? .some(0) : ByteCount.parse(text).flatMap { $0 <= 1 << 50 ? .some($0) : nil }
        }
    }
}
