import Glibc

/// What the machine as a whole has run out of.
package enum MachineMemory {
    /// What could be taken without swapping, in bytes; `nil` when the kernel does not say.
    package static func availableBytes() -> Int? {
        guard let text = ProcFile.read("/proc/meminfo") else { return nil }
        return MachineLoad.kibibytes("MemAvailable:", in: text).map { $0 * 1024 }
    }

    /// How many processes the kernel has killed for want of memory since it booted; `nil` when it does not count them.
    static func oomKills() -> Int? {
        ProcFile.read("/proc/vmstat").flatMap { CountersFile.value(of: "oom_kill", in: $0) }
    }
}

/// The kernel's files of lines with a name and a number each.
enum CountersFile {
    static func value(of name: String, in text: String) -> Int? {
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) where line.starts(with: name.utf8) {
            let rest = line.dropFirst(name.utf8.count)
            guard rest.first == UInt8(ascii: " ") else { continue }
            return Int(Substring(rest.dropFirst()))
        }
        return nil
    }
}
