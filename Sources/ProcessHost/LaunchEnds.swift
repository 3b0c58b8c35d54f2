import CLinux
import Foundation

/// The descriptors of a new program, made before it is started: our ends of its output, and what its launcher is handed.
struct LaunchEnds: ~Copyable {
    let output: Descriptor
    let errors: Descriptor
    /// What goes to the launcher, in the order of `launch_order.h`.
    private let handed: [HeldDescriptor]

    /// The program may open its output by name (`/dev/stderr`): it gets to own it.
    init(
        _ order: [UInt8], request: SpawnRequest, user: UInt32, group: ControlGroup?, nothing: HeldDescriptor
    )
        throws(SystemCallFailure)
    {
        let orderFile = try Self.memory("jobsup-order", order)
        var input = nothing
        if case .bytes(let bytes) = request.standardInput { input = try Self.memory("jobsup-input", bytes) }
        var ends: (Int32, Int32) = (-1, -1)
        try systemCall("pipe", clinux_pipe(&ends.0, &ends.1))
        let output = Descriptor(owning: ends.0)
        let outputWriter = HeldDescriptor(owning: ends.1)
        try systemCall("pipe", clinux_pipe(&ends.0, &ends.1))
        let errors = Descriptor(owning: ends.0)
        let errorsWriter = HeldDescriptor(owning: ends.1)
        if user != geteuid() {
            for writer in [outputWriter, errorsWriter] { fchown(writer.descriptor.rawValue, user, gid_t.max) }
        }
        try systemCall("fcntl", clinux_set_nonblocking(output.rawValue))
        try systemCall("fcntl", clinux_set_nonblocking(errors.rawValue))

        var handed = [orderFile, input, outputWriter, errorsWriter]
        if let group { handed.append(HeldDescriptor(try group.openForJoining())) }
        self.output = output
        self.errors = errors
        self.handed = handed
    }

    /// Gives the launcher at the other end of `control` its order.
    borrowing func send(over control: borrowing Descriptor) throws(SystemCallFailure) {
        var kind = LAUNCH_ORDER.rawValue
        let numbers = handed.map { $0.descriptor.rawValue }
        try systemCall(
            "sendmsg", clinux_send_message(control.rawValue, &kind, 4, numbers, Int32(numbers.count)))
    }

    private static func memory(_ name: String, _ bytes: [UInt8]) throws(SystemCallFailure) -> HeldDescriptor {
        HeldDescriptor(owning: try systemCall("memfd_create", clinux_sealed_memory(name, bytes, bytes.count)))
    }

    consuming func launch(
        _ order: Spawner.Order, _ launchOrder: LaunchOrder, marker: UInt64, group: ControlGroup?,
        machineOOMKills: Int?, again: (@Sendable () -> Void)?, by launcher: consuming WaitingLauncher
    ) -> Launch {
        Launch(
            handle: order.handle, order: launchOrder, marker: marker, group: group, machineOOMKills: machineOOMKills,
            onEvent: order.onEvent, again: again, process: launcher.process, control: launcher.control, output: output,
            errors: errors
        )
    }
}
