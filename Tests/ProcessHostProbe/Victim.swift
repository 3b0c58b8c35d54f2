import Foundation
import ProcessHost

/// Runs programs until it is killed.
enum Victim {
    static func run(count: Int) throws {
        let host = try Probe.makeHost()
        for _ in 0..<count {
            host.start(SpawnRequest(executable: "/bin/sleep", arguments: ["1000"])) { event in
                if case .started(let processID) = event { Probe.say("child", processID) }
            }
        }
        while true { pause() }
    }
}
