import Foundation
import ProcessHost

/// Ends the launcher that waits for its order, and starts a program.
enum KilledLauncher {
    static func run() throws {
        let host = try Probe.makeHost()
        // The least that was seen: those of the process that ended last may be closed a moment later.
        var before = Int.max
        for round in 0..<10 {
            Limits.report("before", Probe.run(SpawnRequest(executable: "/bin/true"), on: host))
            let listing = Probe.settledListing()
            guard listing.count == 1, let waiting = listing.first.flatMap({ Int32($0) }) else {
                return Probe.say("waiting", "none in round \(round)")
            }
            if round > 0 { before = min(before, Probe.openDescriptors) }
            kill(waiting, SIGKILL)
            // It could take its order before it dies of the signal, and would be told as a program that was killed.
            while Probe.launchers.contains("\(waiting)") { usleep(1000) }
            Limits.report("after", Probe.run(SpawnRequest(executable: "/bin/true"), on: host))
        }
        Probe.say("children", Probe.settledChildren())
        Probe.say("leaked", Probe.settledDescriptors(expecting: before) - before)
    }
}
