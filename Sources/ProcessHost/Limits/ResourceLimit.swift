import Glibc

/// A limit that `setrlimit` sets, in the words of operators.
package enum ResourceLimit: Hashable, Sendable {
    case openFiles
    case processes
    case coreBytes
    case fileBytes
    case cpuSeconds
    case addressSpaceBytes
    case lockedBytes
    case stackBytes

    package var name: String {
        switch self {
        case .openFiles: "open files"
        case .processes: "processes of the user"
        case .coreBytes: "bytes of a core dump"
        case .fileBytes: "bytes of a file"
        case .cpuSeconds: "seconds of CPU time"
        case .addressSpaceBytes: "bytes of address space"
        case .lockedBytes: "bytes of locked memory"
        case .stackBytes: "bytes of stack"
        }
    }

    /// The setting of a systemd unit that gives the daemon more.
    package var unitSetting: String {
        switch self {
        case .openFiles: "LimitNOFILE="
        case .processes: "LimitNPROC="
        case .coreBytes: "LimitCORE="
        case .fileBytes: "LimitFSIZE="
        case .cpuSeconds: "LimitCPU="
        case .addressSpaceBytes: "LimitAS="
        case .lockedBytes: "LimitMEMLOCK="
        case .stackBytes: "LimitSTACK="
        }
    }

    var number: UInt32 {
        switch self {
        case .openFiles: RLIMIT_NOFILE.rawValue
        case .processes: __RLIMIT_NPROC.rawValue
        case .coreBytes: RLIMIT_CORE.rawValue
        case .fileBytes: RLIMIT_FSIZE.rawValue
        case .cpuSeconds: RLIMIT_CPU.rawValue
        case .addressSpaceBytes: RLIMIT_AS.rawValue
        case .lockedBytes: __RLIMIT_MEMLOCK.rawValue
        case .stackBytes: RLIMIT_STACK.rawValue
        }
    }
}
