/// What the kernel holds a program to, each of its processes for itself: they are inherited. `nil` leaves what this process has.
package struct ProcessLimits: Hashable, Sendable {
    package var openFiles: UInt64?
    /// All processes and threads of the user count, not those of the program alone.
    package var processes: UInt64?
    package var coreBytes: UInt64?
    package var fileBytes: UInt64?
    package var cpuSeconds: UInt64?
    package var addressSpaceBytes: UInt64?
    package var lockedBytes: UInt64?
    package var stackBytes: UInt64?
    package var nice: Int32?
    package var oomScoreAdjust: Int32?

    package init(
        openFiles: UInt64? = nil, processes: UInt64? = nil, coreBytes: UInt64? = nil, fileBytes: UInt64? = nil,
        cpuSeconds: UInt64? = nil, addressSpaceBytes: UInt64? = nil, lockedBytes: UInt64? = nil,
        stackBytes: UInt64? = nil, nice: Int32? = nil, oomScoreAdjust: Int32? = nil
    ) {
        self.openFiles = openFiles
        self.processes = processes
        self.coreBytes = coreBytes
        self.fileBytes = fileBytes
        self.cpuSeconds = cpuSeconds
        self.addressSpaceBytes = addressSpaceBytes
        self.lockedBytes = lockedBytes
        self.stackBytes = stackBytes
        self.nice = nice
        self.oomScoreAdjust = oomScoreAdjust
    }
}

extension ProcessLimits {
    /// The range that the kernel would otherwise cut to in silence.
    static let niceRange: ClosedRange<Int64> = -20...19
    static let oomScoreRange: ClosedRange<Int64> = -1000...1000

    func check() throws(SpawnError) {
        if let nice, !Self.niceRange.contains(Int64(nice)) {
            throw .limitOutOfRange("nice", asked: Int64(nice), allowed: Self.niceRange)
        }
        if let oomScoreAdjust, !Self.oomScoreRange.contains(Int64(oomScoreAdjust)) {
            throw .limitOutOfRange("oom score", asked: Int64(oomScoreAdjust), allowed: Self.oomScoreRange)
        }
    }

    /// Those that `setrlimit` sets.
    var resources: [(resource: ResourceLimit, value: UInt64)] {
        let all: [(ResourceLimit, UInt64?)] = [
            (.openFiles, openFiles), (.processes, processes), (.coreBytes, coreBytes), (.fileBytes, fileBytes),
            (.cpuSeconds, cpuSeconds), (.addressSpaceBytes, addressSpaceBytes), (.lockedBytes, lockedBytes),
            (.stackBytes, stackBytes),
        ]
        return all.compactMap { resource, value in value.map { (resource, $0) } }
    }
}
