/// How much memory a process and all its descendants use.
package struct MemoryReading: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        /// Everything that counts for the control group, without file contents that the kernel can drop at any time.
        case controlGroup
        /// The sum of the processes' resident memory; what they share counts for each of them.
        case processes
    }

    /// The `id` of the process's handle.
    package let handleID: UInt64
    package let bytes: Int
    package let source: Source

    package init(handleID: UInt64, bytes: Int, source: Source) {
        self.handleID = handleID
        self.bytes = bytes
        self.source = source
    }
}
