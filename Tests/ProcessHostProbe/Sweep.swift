import Foundation
import ProcessHost
import Synchronization

/// What measuring the memory of many processes costs.
enum Sweep {
    private static let rounds = 30

    static func run(count: Int) throws {
        let host = try Probe.makeHost()
        let started = DispatchSemaphore(value: 0)
        for _ in 0..<count {
            host.start(SpawnRequest(executable: "/bin/sleep", arguments: ["1000"])) { event in
                if case .started = event { started.signal() }
            }
        }
        for _ in 0..<count { started.wait() }
        var times: [Duration] = []
        let done = DispatchSemaphore(value: 0)
        let found = Atomic<Int>(0)
        for _ in 0..<rounds {
            times.append(
                ContinuousClock().measure {
                    host.measureMemory { readings in
                        found.store(readings.count, ordering: .relaxed)
                        done.signal()
                    }
                    done.wait()
                })
        }
        Probe.say("measured", found.load(ordering: .relaxed))
        Probe.say("sweep-median-us", Int(times.sorted()[rounds / 2] / .microseconds(1)))
        Probe.say("sweep-slowest-us", Int((times.max() ?? .zero) / .microseconds(1)))
        host.killEverything { done.signal() }
        done.wait()
    }
}
