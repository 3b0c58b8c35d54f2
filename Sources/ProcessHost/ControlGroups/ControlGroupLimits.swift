/// What the control group of one process is held to. `nil` leaves the kernel's default, which is no limit.
package struct ControlGroupLimits: Hashable, Sendable {
    /// For people who look at the groups; made safe as a file name, and unique.
    package var name: String
    /// Above this the kernel slows the group down and takes memory back, before anything is killed.
    package var memoryHighBytes: Int?
    /// Above this the whole group is killed. It may not swap then: a hard limit that is put off by swapping is none.
    package var memoryMaxBytes: Int?
    /// 1 to 10000, against 100 of every other group.
    package var cpuWeight: Int?
    /// Of one CPU: 150 is one and a half.
    package var cpuPercent: Int?
    /// Processes and threads together.
    package var pidsMax: Int?
    /// 1 to 10000, against 100 of every other group.
    package var ioWeight: Int?

    package init(
        name: String, memoryHighBytes: Int? = nil, memoryMaxBytes: Int? = nil, cpuWeight: Int? = nil,
        cpuPercent: Int? = nil, pidsMax: Int? = nil, ioWeight: Int? = nil
    ) {
        self.name = name
        self.memoryHighBytes = memoryHighBytes
        self.memoryMaxBytes = memoryMaxBytes
        self.cpuWeight = cpuWeight
        self.cpuPercent = cpuPercent
        self.pidsMax = pidsMax
        self.ioWeight = ioWeight
    }
}

extension ControlGroupLimits {
    /// A file of the group, and what to write to it.
    struct Setting: Hashable {
        let file: String
        let value: String
    }

    /// Everything that was asked for, by the names of the kernel's files.
    var settings: [Setting] {
        // The kernel shares out CPU time in periods of 100 ms.
        let quota = cpuPercent.map { "\($0 * 1000) 100000" }
        let all = [
            ("memory.high", memoryHighBytes.map(String.init)), ("memory.max", memoryMaxBytes.map(String.init)),
            ("cpu.weight", cpuWeight.map(String.init)), ("cpu.max", quota), ("pids.max", pidsMax.map(String.init)),
            ("io.weight", ioWeight.map(String.init)),
        ]
        return all.compactMap { file, value in value.map { Setting(file: file, value: $0) } }
    }

    func check() throws(SpawnError) {
        let weights: ClosedRange<Int64> = 1...10_000
        let bytes: ClosedRange<Int64> = 1...Int64.max
        let rules: [(String, Int?, ClosedRange<Int64>)] = [
            ("memory.high", memoryHighBytes, bytes), ("memory.max", memoryMaxBytes, bytes),
            ("cpu.weight", cpuWeight, weights), ("cpu.max in percent", cpuPercent, 1...1_000_000),
            ("pids.max", pidsMax, 1...4_194_304), ("io.weight", ioWeight, weights),
        ]
        for (name, value, allowed) in rules {
            if let value, !allowed.contains(Int64(value)) {
                throw .limitOutOfRange(name, asked: Int64(value), allowed: allowed)
            }
        }
    }

    /// Letters, digits, `-`, `_` and `@` of the name; the kernel's own files have a dot, and none of these may be met.
    static func safeName(_ name: String, id: UInt64) -> String {
        let safe = name.utf8.prefix(100).map { byte -> Character in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "@"):
                Character(Unicode.Scalar(byte))
            default: "_"
            }
        }
        return "\(safe.isEmpty ? "process" : String(safe)).\(id)"
    }
}
