import CLinux
import Foundation

/// The descriptors between this process and a new one, made before it is started.
struct LaunchEnds: ~Copyable {
    let control: Descriptor
    let launcherControl: Descriptor
    let output: Descriptor
    let errors: Descriptor

    /// Descriptors that Foundation needs to start a process. When it gets none it goes on with descriptor 0 and closes that.
    private static let room: Int32 = 24

    /// The order waits in the socket when the launcher comes: no round trip.
    /// The program may open its output by name (`/dev/stderr`): it gets to own it.
    init(
        _ order: [UInt8], request: SpawnRequest, user: UInt32, group: ControlGroup?, nothing: borrowing Descriptor
    )
        throws(SystemCallFailure)
    {
        try systemCall("dup", clinux_probe_descriptors(Self.room))
        var ends: (Int32, Int32) = (-1, -1)
        try systemCall("socketpair", clinux_socket_pair(&ends.0, &ends.1))
        let control = Descriptor(owning: ends.0)
        let launcherControl = Descriptor(owning: ends.1)
        try systemCall("pipe", clinux_pipe(&ends.0, &ends.1))
        let output = Descriptor(owning: ends.0)
        let outputWriter = Descriptor(owning: ends.1)
        try systemCall("pipe", clinux_pipe(&ends.0, &ends.1))
        let errors = Descriptor(owning: ends.0)
        let errorsWriter = Descriptor(owning: ends.1)
        if user != geteuid() {
            for writer in [outputWriter.rawValue, errorsWriter.rawValue] { fchown(writer, user, gid_t.max) }
        }
        try systemCall("fcntl", clinux_set_nonblocking(output.rawValue))
        try systemCall("fcntl", clinux_set_nonblocking(errors.rawValue))

        let orderFile = try Self.memory("jobsup-order", order)
        var input: Descriptor?
        if case .bytes(let bytes) = request.standardInput { input = try Self.memory("jobsup-input", bytes) }
        var handed = [
            orderFile.rawValue, input?.rawValue ?? nothing.rawValue, outputWriter.rawValue, errorsWriter.rawValue,
        ]
        var door: Descriptor?
        if let group { door = try group.openForJoining() }
        if let raw = door?.rawValue { handed.append(raw) }
        var kind = LAUNCH_ORDER.rawValue
        try systemCall(
            "sendmsg", clinux_send_message(control.rawValue, &kind, 4, handed, Int32(handed.count)))
        self.control = control
        self.launcherControl = launcherControl
        self.output = output
        self.errors = errors
    }

    private static func memory(_ name: String, _ bytes: [UInt8]) throws(SystemCallFailure) -> Descriptor {
        Descriptor(owning: try systemCall("memfd_create", clinux_sealed_memory(name, bytes, bytes.count)))
    }

    consuming func launch(
        _ order: Spawner.Order, _ launchOrder: LaunchOrder, marker: UInt64, group: ControlGroup?,
        machineOOMKills: Int?, process: Foundation.Process
    ) -> Launch {
        Launch(
            handle: order.handle, order: launchOrder, marker: marker, group: group, machineOOMKills: machineOOMKills,
            onEvent: order.onEvent, process: process, control: control, output: output, errors: errors)
    }
}
