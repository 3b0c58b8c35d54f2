import CLinux
import Foundation

/// A launched process as its watcher sees it; used on the watcher's thread alone.
final class WatchedProcess {
    let handle: ProcessHandle
    let order: LaunchOrder
    let marker: UInt64
    let process: Foundation.Process
    let processID: Int32
    let onEvent: @Sendable (ProcessEvent) -> Void
    let again: (@Sendable () -> Void)?

    /// Open until the program begins.
    var control: Descriptor?
    /// Its output is not read at the moment, because what was read is still on its way.
    var isPaused = false
    var output: OutputReader?
    var errors: OutputReader?
    /// The descriptors that the launcher handed back. While they are open, Foundation leaves the child a zombie when it ends,
    /// and its process id taken.
    var deathWatch: [HeldDescriptor] = []
    var residentBaselineKiB: Int64 = 0

    /// Why the program could not be started.
    var failure: SpawnError?
    var status: clinux_exit?
    var ending: Ending<ContinuousClock.Instant>?
    var exitIsReported = false
    /// How often the kernel had killed for want of memory when this was started.
    let machineOOMKillsBefore: Int?
    let group: ControlGroup?
    var groupIsKilled = false
    /// Of its tree, those that were killed: each is told of once.
    var killedLeftovers: Set<Int32> = []
    var endOfMemory = MemoryEnd()
    /// Kept when its pipe has ended before the process.
    private var finishedCapture: OutputCapture?
    let flow: OutputFlow

    init(_ launch: consuming Launch, flow: OutputFlow) {
        self.flow = flow
        handle = launch.handle
        order = launch.order
        marker = launch.marker
        process = launch.process
        processID = launch.process.processIdentifier
        group = launch.group
        machineOOMKillsBefore = launch.machineOOMKills
        onEvent = launch.onEvent
        again = launch.again
        var limit: Int?
        if case .captureStandardOutput(let limitBytes) = launch.order.request.output { limit = limitBytes }
        output = OutputReader(launch.output, stream: .output, captureLimit: limit)
        errors = OutputReader(launch.errors, stream: .error, captureLimit: nil)
        control = .some(launch.control)
    }

    var id: UInt64 { handle.id }

    /// Lines are not waited for; a result is.
    var outputIsComplete: Bool { output?.capture == nil }

    var exit: ProcessExit? {
        status.map {
            ProcessExit(
                $0, residentBaselineKiB: residentBaselineKiB, memory: endOfMemory,
                capture: output?.capture ?? finishedCapture)
        }
    }

    /// Reads once from a pipe.
    func read(_ stream: OutputLine.Stream, through buffer: UnsafeMutableRawBufferPointer) {
        var lines: [OutputLine] = []
        let progress = reader(of: stream)?.read(through: buffer, lines: &lines)
        if case .ended? = progress { close(stream) }
        emit(lines)
    }

    /// Reads what both pipes hold at this moment.
    func drain(through buffer: UnsafeMutableRawBufferPointer) {
        for stream in [OutputLine.Stream.output, .error] {
            var lines: [OutputLine] = []
            let progress = reader(of: stream)?.drain(through: buffer, lines: &lines)
            if case .ended? = progress { close(stream) }
            emit(lines)
        }
    }

    /// Stops reading, though somebody may still hold the other ends.
    func closeOutput() {
        var lines: [OutputLine] = []
        output?.finish(lines: &lines)
        errors?.finish(lines: &lines)
        emit(lines)
        close(.output)
        close(.error)
    }

    private func reader(of stream: OutputLine.Stream) -> OutputReader? {
        stream == .output ? output : errors
    }

    private func close(_ stream: OutputLine.Stream) {
        switch stream {
        case .output:
            finishedCapture = output?.capture ?? finishedCapture
            output = nil
        case .error: errors = nil
        }
    }

    private func emit(_ lines: [OutputLine]) {
        if !lines.isEmpty { onEvent(.lines(OutputBatch(lines, flow: flow))) }
    }
}
