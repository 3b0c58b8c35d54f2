import CLinux

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
    /// With `captureStandardOutput`: what it wrote, up to the limit.
    package let standardOutput: [UInt8]
    /// It wrote more than the limit.
    package let outputExceeded: Bool

    package init(
        cause: Cause, userTime: Duration, systemTime: Duration, maxResidentBytes: Int?, standardOutput: [UInt8],
        outputExceeded: Bool
    ) {
        self.cause = cause
        self.userTime = userTime
        self.systemTime = systemTime
        self.maxResidentBytes = maxResidentBytes
        self.standardOutput = standardOutput
        self.outputExceeded = outputExceeded
    }

    init(_ status: clinux_exit, residentBaselineKiB: Int64, capture: OutputCapture?) {
        self.init(
            cause: Cause(status),
            userTime: .microseconds(status.user_us), systemTime: .microseconds(status.system_us),
            maxResidentBytes: status.max_resident_kib > residentBaselineKiB ? Int(status.max_resident_kib) * 1024 : nil,
            standardOutput: capture?.bytes ?? [], outputExceeded: capture?.exceeded ?? false)
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
