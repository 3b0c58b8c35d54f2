import Foundation
import ProcessHost

/// Ends the launcher that waits for its order, and starts a program.
enum KilledLauncher {
    static func run() throws {
        let host = try Probe.makeHost()
        var before = 0
        for round in 0..<10 {
            Limits.report("before", Probe.run(SpawnRequest(executable: "/bin/true"), on: host))
            guard Probe.settledChildren() == 1, let waiting = Probe.children.first.flatMap({ Int32($0) }) else {
                return Probe.say("waiting", "none in round \(round)")
            }
            if round == 1 { before = Probe.openDescriptors }
            kill(waiting, SIGKILL)
            // It could take its order before it dies of the signal, and would be told as a program that was killed.
            while Probe.launchers.contains("\(waiting)") { usleep(1000) }
            Limits.report("after", Probe.run(SpawnRequest(executable: "/bin/true"), on: host))
        }
        Probe.say("children", Probe.settledChildren())
        Probe.say("leaked", Probe.settledDescriptors(expecting: before) - before)
    }
}
