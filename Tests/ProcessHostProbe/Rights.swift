import Foundation
import ProcessHost

/// A host without the right to give more than it has; needs root, to give that up.
enum Rights {
    static func run() throws {
        let host = try Probe.makeHost()
        _ = Probe.run(SpawnRequest(executable: "/bin/true"), on: host)
        for (number, value) in [(7, 800), (4, 4096)] {
            var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
            setrlimit(__rlimit_resource_t(UInt32(number)), &limit)
        }
        guard setgid(65534) == 0, setuid(65534) == 0 else { exit(77) }
        let cases: [(String, ProcessLimits)] = [
            ("above-hard", ProcessLimits(openFiles: 900)), ("core-above-hard", ProcessLimits(coreBytes: 5000)),
            ("nice", ProcessLimits(nice: -1)), ("oom-score", ProcessLimits(oomScoreAdjust: -1)),
            ("lower", ProcessLimits(openFiles: 100, coreBytes: 0)), ("at-hard", ProcessLimits(openFiles: 800)),
            ("nicer", ProcessLimits(nice: 5, oomScoreAdjust: 100)),
        ]
        for (name, limits) in cases {
            Limits.report(name, Probe.run(SpawnRequest(executable: "/bin/true", limits: limits), on: host))
        }
    }
}
