import CLinux
import Foundation

/// A launcher that runs and may have no order yet. Letting go of it ends it then.
struct WaitingLauncher: ~Copyable {
    let process: Foundation.Process
    /// It reads its order from here, and has said its first word into it.
    let control: Descriptor
    /// It ran before there was an order: somebody may have ended it, and what it is sent is lost.
    var hasWaited = false
}

/// The two ends over which a launcher is talked to.
struct ControlEnds: ~Copyable {
    let ours: Descriptor
    /// Its standard input; closed here once it runs.
    let launchers: Descriptor

    init() throws(SystemCallFailure) {
        var ends: (Int32, Int32) = (-1, -1)
        try systemCall("socketpair", clinux_socket_pair(&ends.0, &ends.1))
        ours = Descriptor(owning: ends.0)
        launchers = Descriptor(owning: ends.1)
    }

    consuming func launcher(_ process: Foundation.Process) -> WaitingLauncher {
        WaitingLauncher(process: process, control: ours)
    }
}
