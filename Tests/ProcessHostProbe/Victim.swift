import Foundation
import ProcessHost

/// Runs programs until it is killed.
enum Victim {
    static func run(count: Int) throws {
        let host = try Probe.makeHost()
        for index in 0..<count {
            // A change of user clears what makes a child die with its parent.
            let user = geteuid() == 0 && index.isMultiple(of: 2) ? "nobody" : nil
            host.start(SpawnRequest(executable: "/bin/sleep", arguments: ["1000"], user: user)) { event in
                if case .started(let processID) = event { Probe.say("child", processID) }
            }
        }
        if Probe.startsAhead {
            // The launcher that waits dies with the host like the others.
            while Probe.children.count <= count || Probe.launchers.count != 1 { usleep(1000) }
            for child in Probe.launchers { Probe.say("child", child) }
        }
        while true { pause() }
    }
}
