import CLinux
import Glibc

/// How a process ended, as the kernel tells it.
package struct ProcessExit: Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
        case code(Int32)
        case signal(Int32, coreDumped: Bool)
        /// Somebody else in this process has taken the kernel's word.
        case unknown
    }

    package let cause: Cause
    /// CPU time of the process and of the children it waited for; about 0.3 ms of it are the launcher's.
    package let userTime: Duration
    package let systemTime: Duration
    /// The peak of its resident memory, or `nil` when it stayed below this process's own peak: the kernel starts counting there,
    /// because the child shares this process's memory until it executes.
    package let maxResidentBytes: Int?
    /// The peak of the memory of its whole control group where there is one, else `maxResidentBytes`.
    package let peakMemoryBytes: Int?
    /// How many processes of its control group the kernel has killed because of the group's memory limit, or for want of memory.
    package let oomKills: Int
    /// How many processes of the whole machine the kernel has killed for want of memory while this one ran. Looked at only when it
    /// died by a SIGKILL that was not sent through here; else 0.
    package let machineOOMKills: Int
    /// How often its control group could not make a process because of `pidsMax`.
    package let pidsMaxHits: Int
    /// With `captureStandardOutput`: what it wrote, up to the limit.
    package let standardOutput: [UInt8]
    /// It wrote more than the limit.
    package let outputExceeded: Bool

    package init(
        cause: Cause, userTime: Duration, systemTime: Duration, maxResidentBytes: Int?, standardOutput: [UInt8],
        outputExceeded: Bool, peakMemoryBytes: Int? = nil, oomKills: Int = 0, machineOOMKills: Int = 0,
        pidsMaxHits: Int = 0
    ) {
        self.cause = cause
        self.userTime = userTime
        self.systemTime = systemTime
        self.maxResidentBytes = maxResidentBytes
        self.standardOutput = standardOutput
        self.outputExceeded = outputExceeded
        self.peakMemoryBytes = peakMemoryBytes ?? maxResidentBytes
        self.oomKills = oomKills
        self.machineOOMKills = machineOOMKills
        self.pidsMaxHits = pidsMaxHits
    }

    init(_ status: clinux_exit, residentBaselineKiB: Int64, memory: MemoryEnd, capture: OutputCapture?) {
        self.init(
            cause: Cause(status),
            userTime: .microseconds(status.user_us), systemTime: .microseconds(status.system_us),
            maxResidentBytes: status.max_resident_kib > residentBaselineKiB ? Int(status.max_resident_kib) * 1024 : nil,
            standardOutput: capture?.bytes ?? [], outputExceeded: capture?.exceeded ?? false,
            peakMemoryBytes: memory.peakBytes, oomKills: memory.oomKills, machineOOMKills: memory.machineOOMKills,
            pidsMaxHits: memory.pidsMaxHits)
    }

    /// The kernel killed a process of its group for want of memory; perhaps not the one that counts.
    package var wasOutOfMemory: Bool { oomKills > 0 }

    /// It was killed by nobody that we know, while the kernel killed for want of memory.
    package var wasProbablyOutOfMemory: Bool {
        guard case .signal(SIGKILL, _) = cause else { return false }
        return oomKills == 0 && machineOOMKills > 0
    }
}

extension ProcessExit.Cause {
    init(_ status: clinux_exit) {
        if status.pid == 0 {
            self = .unknown
        } else if status.signalled != 0 {
            self = .signal(status.status, coreDumped: status.core_dumped != 0)
        } else {
            self = .code(status.status)
        }
    }
}
