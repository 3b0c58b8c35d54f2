import Glibc

/// What the machine as a whole has run out of.
enum MachineMemory {
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
