/// A living process whose memory is to be measured, and what is known of its tree.
struct MemoryTarget: Sendable {
    let handle: ProcessHandle
    let processID: Int32
    let group: ControlGroup?
    /// Descendants that have lost their parent, so that they are not found below the process.
    let orphans: [Int32]
}
