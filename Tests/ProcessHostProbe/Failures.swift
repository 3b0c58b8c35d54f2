import Foundation
import ProcessHost
import Synchronization

/// Starts what cannot be started, in every way, and says what that left behind.
enum Failures {
    static func run(count: Int) throws {
        let isRefused = Atomic<Bool>(false)
        let refusals = Atomic<Int>(0)
        let host = try Probe.makeHost { process in
            if isRefused.load(ordering: .relaxed) {
                refusals.add(1, ordering: .relaxed)
                throw POSIXError(.EAGAIN)
            }
            try process.run()
        }
        let requests = [
            SpawnRequest(executable: "/does/not/exist"),
            SpawnRequest(executable: "/etc/passwd"),
            SpawnRequest(executable: "/bin"),
            SpawnRequest(executable: "no-such-program", environment: ["PATH": "/usr/bin"]),
            SpawnRequest(executable: "/bin/true", directory: "/does/not/exist"),
            SpawnRequest(executable: "/bin/true", arguments: [String(repeating: "x", count: 200_000)]),
        ]
        _ = Probe.run(SpawnRequest(executable: "/bin/true"), on: host)
        _ = Probe.settledChildren()
        let descriptors = Probe.openDescriptors
        for _ in 0..<count {
            for request in requests {
                if case .success = Probe.run(request, on: host) { Probe.say("started", request.executable) }
            }
        }
        isRefused.store(true, ordering: .relaxed)
        for _ in 0..<count {
            if case .failure(let error) = Probe.run(SpawnRequest(executable: "/bin/true"), on: host) {
                if error != .tooManyProcesses { Probe.say("wrong", "\(error)") }
            }
        }
        isRefused.store(false, ordering: .relaxed)
        if case .failure(let error) = Probe.run(SpawnRequest(executable: "/bin/true"), on: host) {
            Probe.say("wrong", "\(error)")
        }
        Probe.say("refusals", refusals.load(ordering: .relaxed))
        Probe.say("children", Probe.settledChildren())
        Probe.say("descriptors-before", descriptors)
        Probe.say("descriptors-after", Probe.settledDescriptors(expecting: descriptors))
    }
}
