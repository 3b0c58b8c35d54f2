/// What is to be started, completely: nothing is inherited from this process.
package struct SpawnRequest: Sendable {
    package enum StandardInput: Sendable {
        /// `/dev/null`.
        case null
        /// These bytes, then the end; in memory that nobody can change any more, so that no thread has to pump them.
        case bytes([UInt8])
    }

    package enum Output: Sendable {
        /// Standard output and standard error come as lines.
        case lines
        /// Standard output is collected up to the limit, what goes beyond is read and dropped; standard error comes as lines.
        case captureStandardOutput(limitBytes: Int)
    }

    /// An absolute path, or a name that is searched in the `PATH` of `environment`.
    package var executable: String
    package var arguments: [String]
    package var environment: [String: String]
    package var directory: String
    /// A name or a number; the group is the user's own then, with the user's supplementary groups.
    package var user: String?
    /// A name or a number.
    package var group: String?
    package var umask: UInt32?
    package var limits: ProcessLimits
    /// For the control group that the process gets where there are any; see `ProcessHost.unsupportedLimits(of:)`.
    package var controlGroup: ControlGroupLimits?
    /// Where the process may tell how it is; it finds the path in `NOTIFY_SOCKET`.
    package var notifySocket: NotifySocket?
    package var standardInput: StandardInput
    package var output: Output

    package init(
        executable: String, arguments: [String] = [], environment: [String: String] = [:], directory: String = "/",
        user: String? = nil, group: String? = nil, umask: UInt32? = nil, limits: ProcessLimits = ProcessLimits(),
        controlGroup: ControlGroupLimits? = nil, notifySocket: NotifySocket? = nil,
        standardInput: StandardInput = .null, output: Output = .lines
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.user = user
        self.group = group
        self.umask = umask
        self.limits = limits
        self.controlGroup = controlGroup
        self.notifySocket = notifySocket
        self.standardInput = standardInput
        self.output = output
    }
}
