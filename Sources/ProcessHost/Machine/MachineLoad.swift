/// How busy the machine is, as the kernel tells in /proc.
///
/// Processors are told as time since the boot, so their use is that between two readings: a value for one reader.
package struct MachineLoad: Sendable {
    package struct Reading: Sendable, Hashable {
        /// Part of all processors' time in use since the reading before, 0 to 1; `nil` at the first.
        package var cpu: Double?
        /// Part of the memory in use, 0 to 1.
        package var memory: Double?
        /// What could be taken without swapping.
        package var availableBytes: Int?
        /// `some avg10`, in percent; `nil` where the kernel does not measure it.
        package var cpuPressure: Double?
        package var memoryPressure: Double?
        package var ioPressure: Double?
    }

    private let root: String
    private var before: (busy: Int, all: Int)?

    /// `root` is where proc is mounted.
    package init(root: String = "/proc") {
        self.root = root
    }

    /// A few small reads that the kernel answers from memory.
    package mutating func read() -> Reading {
        var reading = Reading()
        if let now = processorTime() {
            if let before, now.all > before.all {
                reading.cpu = Double(now.busy - before.busy) / Double(now.all - before.all)
            }
            before = now
        }
        if let text = ProcFile.read("\(root)/meminfo"), let available = Self.kibibytes("MemAvailable:", in: text) {
            reading.availableBytes = available * 1024
            if let total = Self.kibibytes("MemTotal:", in: text), total > 0 {
                reading.memory = 1 - Double(available) / Double(total)
            }
        }
        reading.cpuPressure = pressure("cpu")
        reading.memoryPressure = pressure("memory")
        reading.ioPressure = pressure("io")
        return reading
    }

    /// `cpu  user nice system idle iowait irq softirq steal guest guest_nice`, in ticks. Waiting for a disk is not using a processor;
    /// guests are counted among the users already (proc(5)).
    private func processorTime() -> (busy: Int, all: Int)? {
        guard let line = ProcFile.read("\(root)/stat")?.prefix(while: { $0 != "\n" }), line.hasPrefix("cpu ") else {
            return nil
        }
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Int($0) }
        guard ticks.count >= 5 else { return nil }
        let all = ticks.reduce(0, +)
        return (all - ticks[3] - ticks[4], all)
    }

    /// `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`
    private func pressure(_ what: String) -> Double? {
        guard let line = ProcFile.read("\(root)/pressure/\(what)")?.prefix(while: { $0 != "\n" }) else { return nil }
        let word = line.split(separator: " ").first { $0.hasPrefix("avg10=") }
        return word.flatMap { Double($0.dropFirst("avg10=".count)) }
    }

    static func kibibytes(_ name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        }
        return nil
    }
}
