import Foundation
import ProcessHost

/// Starts programs where the system allows too little.
enum Limits {
    /// Opens files until there is no room, then frees some and tries again.
    static func withFewDescriptors() throws {
        var limit = rlimit(rlim_cur: 64, rlim_max: 64)
        setrlimit(__rlimit_resource_t(7), &limit)
        let host = try Probe.makeHost()
        report("first", Probe.run(SpawnRequest(executable: "/bin/true"), on: host))
        _ = Probe.settledChildren()
        var taken: [Int32] = []
        while true {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            if descriptor < 0 { break }
            taken.append(descriptor)
        }
        // With every number of free descriptors, from none to enough: refused or run, never anything in between.
        for free in 0..<32 {
            report("free-\(free)", Probe.run(SpawnRequest(executable: "/bin/true"), on: host))
            if let descriptor = taken.popLast() { close(descriptor) }
        }
        for descriptor in taken { close(descriptor) }
        report("last", Probe.run(SpawnRequest(executable: "/bin/true"), on: host))
        Probe.say("children", Probe.settledChildren())
        Probe.say("standard-input-open", fcntl(0, F_GETFD) >= 0 ? 1 : 0)
    }

    /// As a user whose number of processes is used up; needs root.
    static func withFewProcesses() throws {
        let host = try Probe.makeHost()
        _ = Probe.run(SpawnRequest(executable: "/bin/true"), on: host)
        guard setgid(65534) == 0, setuid(65534) == 0 else { exit(77) }
        var limit = rlimit(rlim_cur: 0, rlim_max: 1000)
        setrlimit(__rlimit_resource_t(6), &limit)
        _ = Probe.settledChildren()
        let before = Probe.openDescriptors
        for _ in 0..<20 { report("refused", Probe.run(SpawnRequest(executable: "/bin/true"), on: host)) }
        // Foundation leaks two descriptors for the first failure; the others are not even tried.
        Probe.say("leaked", Probe.openDescriptors - before)
        limit.rlim_cur = 1000
        setrlimit(__rlimit_resource_t(6), &limit)
        report("last", Probe.run(SpawnRequest(executable: "/bin/true"), on: host))
        Probe.say("children", Probe.settledChildren())
    }

    static func report(_ name: String, _ result: Result<ProcessExit, SpawnError>) {
        switch result {
        case .success(let exit): Probe.say(name, exit.cause == .code(0) ? "ran" : "\(exit.cause)")
        case .failure(let error): Probe.say(name, error.description)
        }
    }
}
