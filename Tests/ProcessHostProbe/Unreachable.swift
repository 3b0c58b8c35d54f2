import Foundation
import ProcessHost

/// A descendant that this process may not kill is left behind; needs root.
enum Unreachable {
    static func run() throws {
        let host = try Probe.makeHost()
        let orphan = DispatchSemaphore(value: 0)
        let exited = DispatchSemaphore(value: 0)
        let request = SpawnRequest(
            executable: "/bin/sh", arguments: ["-c", "setsid sh -c 'echo $$; exec sleep 1000' & sleep 0.3"],
            environment: ["PATH": "/usr/bin:/bin"])
        let handle = host.start(request) { event in
            switch event {
            case .lines(let lines):
                for line in lines { Probe.say("orphan", line.text) }
                orphan.signal()
            case .exited: exited.signal()
            case .started, .notified, .failed: break
            }
        }
        orphan.wait()
        // From here on this process may signal nothing of root's.
        guard setreuid(65534, 65534) == 0 else { exit(77) }
        exited.wait()
        let deadline = ContinuousClock.now + .seconds(10)
        while handle.processID != nil, ContinuousClock.now < deadline { usleep(2000) }
        Probe.say("released", handle.processID == nil ? 1 : 0)
        // Reaped as soon as it ends.
        _ = Probe.settledChildren()
    }
}
