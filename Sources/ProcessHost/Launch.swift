import CLinux
import Foundation

/// A process that was launched and waits for its watcher.
struct Launch: ~Copyable, Sendable {
    let handle: ProcessHandle
    let order: LaunchOrder
    let marker: UInt64
    let group: ControlGroup?
    let machineOOMKills: Int?
    let onEvent: @Sendable (ProcessEvent) -> Void
    /// Gives the order to another launcher; only where this one may have been gone before it came.
    let again: (@Sendable () -> Void)?
    /// Kept because it owns the child: it reaps it when the death watch closes.
    let process: Foundation.Process
    /// The launcher reports over it; it ends when the program begins.
    let control: Descriptor
    let output: Descriptor
    let errors: Descriptor
}
