import Foundation
import ProcessHost
import Synchronization

/// Starts programs with daemons of their own, and ends everything.
enum Ending {
    static func run() throws {
        let host = try Probe.makeHost()
        let started = DispatchSemaphore(value: 0)
        let exits = Atomic<Int>(0)
        let request = SpawnRequest(
            executable: "/bin/sh", arguments: ["-c", "(setsid sleep 1000 &); echo; exec sleep 1000"],
            environment: ["PATH": "/usr/bin:/bin"])
        for _ in 0..<10 {
            host.start(request) { event in
                switch event {
                case .lines: started.signal()
                case .exited: exits.add(1, ordering: .relaxed)
                case .started, .notified, .failed: break
                }
            }
        }
        for _ in 0..<10 { started.wait() }
        let done = DispatchSemaphore(value: 0)
        host.killEverything { done.signal() }
        done.wait()
        Probe.say("exits", exits.load(ordering: .relaxed))
        Probe.say("children", Probe.settledChildren())
    }
}
