import Foundation
import Logging
import ProcessHost

/// Processes in control groups of their own; to be started in a delegated group.
///
/// The scripts run as root or as the user that the group was delegated to, and say for themselves what they see.
struct Groups {
    private static let path = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    /// Where a script finds its own group.
    private static let prelude = """
        g=$(grep -m 1 ' - cgroup2 ' /proc/self/mountinfo | cut -d ' ' -f 5)$(sed -n 's/^0:://p' /proc/self/cgroup)

        """

    let groups: ControlGroups
    let host: ProcessHost

    init() throws {
        var logger = Logger(label: "probe")
        logger.logLevel = .notice
        groups = ControlGroups.adopt(logger: logger)
        host = try ProcessHost(logger: logger, controlGroups: groups)
        switch groups.support {
        case .delegated(let path, let controllers):
            Probe.say("delegated", path)
            Probe.say("controllers", controllers.sorted().joined(separator: ","))
        case .unavailable(let reason): Probe.say("unavailable", reason)
        }
    }

    static func run(_ names: [String]) throws {
        let probe = try Groups()
        for name in names {
            switch name {
            case "own": probe.own()
            case "escape": probe.escape()
            case "bomb": probe.bomb()
            case "orphan": probe.orphan()
            case "memory": probe.memory()
            case "oom": probe.oom()
            case "high": probe.high()
            case "pids": probe.pids()
            case "cpu": probe.cpu()
            case "user": probe.user()
            case "unsupported": probe.unsupported()
            case "failures": probe.failures()
            case "notify": try probe.notify()
            case "machine": probe.machine()
            case "cost": probe.cost()
            case "serve": probe.serve()
            default: Probe.say("unknown", name)
            }
        }
        Probe.say("children", Probe.settledChildren())
        Probe.say("groups-left", probe.settledGroups())
    }

    private func shell(_ script: String, _ limits: ControlGroupLimits? = nil) -> SpawnRequest {
        SpawnRequest(
            executable: "/bin/sh", arguments: ["-c", Self.prelude + script], environment: Self.path,
            controlGroup: limits)
    }

    /// Says what the script says, and its end.
    @discardableResult
    private func run(_ name: String, _ request: SpawnRequest) -> ProcessExit? {
        let result = Probe.run(request, on: host) { Probe.say(name, $0) }
        switch result {
        case .success(let exit):
            Probe.say("\(name)-cause", "\(exit.cause)")
            return exit
        case .failure(let error):
            Probe.say("\(name)-failed", error)
            return nil
        }
    }

    /// Starts a script and waits until it has said so many lines, which are process ids.
    private func start(_ request: SpawnRequest, lines count: Int) -> (handle: ProcessHandle, pids: [Int32], end: Ended)
    {
        let ended = Ended()
        let said = Said()
        let handle = host.start(request) { event in
            switch event {
            case .lines(let lines): said.add(lines.compactMap { Int32($0.text) })
            case .exited, .failed: ended.set()
            case .started, .notified: break
            }
        }
        return (handle, said.wait(for: count), ended)
    }

    /// Kills a tree and says how many of these are there afterwards.
    private func expectGone(_ name: String, _ running: (handle: ProcessHandle, pids: [Int32], end: Ended)) {
        Probe.say("\(name)-before", running.pids.filter { kill($0, 0) == 0 }.count)
        running.handle.killTree()
        running.end.wait()
        let deadline = ContinuousClock.now + .seconds(10)
        while running.handle.processID != nil, ContinuousClock.now < deadline { usleep(1000) }
        Probe.say("\(name)-after", running.pids.filter { kill($0, 0) == 0 || errno == EPERM }.count)
    }

    private func own() {
        run("own", shell("echo ${g##*/}", ControlGroupLimits(name: "mail/3 \u{e9}.x")))
        run("own-default", SpawnRequest(executable: "/bin/sed", arguments: ["-n", "s/^0:://p", "/proc/self/cgroup"]))
    }

    /// Own session, double fork, without the marker, and another user where that is possible: only the group tells whose it is.
    private func escape() {
        let unmark = "prlimit --rttime=1000000000:1000000000"
        let user = geteuid() == 0 ? "\(unmark) setpriv --reuid=65534 --clear-groups" : unmark
        let inner = "setsid \(user) sh -c 'echo $$; exec sleep 1000' & echo $!"
        let script = "(setsid sh -c \"\(inner.replacing("$", with: "\\$"))\" &); exec sleep 1000"
        expectGone("escape", start(shell(script), lines: 2))
    }

    /// Orphans in sessions of their own that make more and more; where there is no limit it is killed soon enough.
    private func bomb() {
        let script = """
            body='while :; do (sleep 1000 &) ; sleep 0.01; echo 1; done'
            for i in 1 2 3 4 5; do (setsid sh -c "$body" &); done; exec sleep 1000
            """
        let running = start(shell(script, ControlGroupLimits(name: "bomb", pidsMax: 200)), lines: 20)
        expectGone("bomb", (running.handle, [], running.end))
    }

    /// No group is left of what was not started.
    private func failures() {
        run("failure-weight", shell("exit 0", ControlGroupLimits(name: "x", cpuWeight: 0)))
        var request = shell("exit 0")
        request.limits.openFiles = 1 << 40
        run("failure-limit", request)
        run("failure-program", SpawnRequest(executable: "/does/not/exist"))
    }

    /// Said by a descendant that has lost everything but the group.
    private func notify() throws {
        let socket = try host.openNotifySocket(path: "/tmp/probe-notify-\(getpid())", mode: 0o666)
        defer { host.closeNotifySocket(socket) }
        let speaker = """
            import os, socket, time
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.connect(os.environ["NOTIFY_SOCKET"])
            s.send(b"STATUS=found by its group")
            time.sleep(1000)
            """
        var request = shell(
            "(setsid prlimit --rttime=1000000000:1000000000 /usr/bin/python3 -c '\(speaker)' &); exec sleep 1000")
        request.notifySocket = socket
        let (said, ended) = (Ended(), Ended())
        let handle = host.start(request) { event in
            switch event {
            case .notified(let message):
                Probe.say("notify", message.status ?? "")
                said.set()
            case .exited, .failed: ended.set()
            case .started, .lines: break
            }
        }
        said.wait()
        handle.killTree()
        ended.wait()
    }

    /// What is left behind after an exit by the process's own will.
    private func orphan() {
        let exit = run("orphan", shell("(setsid sh -c 'exec sleep 1000' >/dev/null 2>&1 &); exit 3"))
        Probe.say("orphan-code", exit?.cause == .code(3) ? 1 : 0)
    }

    private static func filler(_ megabytes: Int) -> String {
        "/usr/bin/python3 -c 'import time; x = b\"x\" * (\(megabytes) << 20); print(1, flush=True); time.sleep(1000)'"
    }

    private func memory() {
        let running = start(shell("\(Self.filler(40)) & exec \(Self.filler(40))"), lines: 2)
        let done = DispatchSemaphore(value: 0)
        host.measureMemory { readings in
            for reading in readings where reading.handleID == running.handle.id {
                Probe.say("memory-source", "\(reading.source)")
                Probe.say("memory-mib", reading.bytes >> 20)
            }
            done.signal()
        }
        done.wait()
        running.handle.killTree()
        running.end.wait()
    }

    private func oom() {
        let limits = ControlGroupLimits(name: "oom", memoryMaxBytes: 64 << 20)
        for (name, script) in [
            ("oom", "exec \(Self.filler(200))"), ("oom-child", "\(Self.filler(200)); exec sleep 1000"),
        ] {
            guard let exit = run(name, shell(script, limits)) else { continue }
            Probe.say("\(name)-kills", exit.oomKills)
            Probe.say("\(name)-was", "\(exit.wasOutOfMemory)")
            Probe.say("\(name)-peak-mib", (exit.peakMemoryBytes ?? 0) >> 20)
        }
    }

    /// Takes all the memory that there is; only for a machine that is made for it.
    private func machine() {
        let script = "exec /usr/bin/python3 -c 'x = []\nwhile True: x.append(b\"x\" * (1 << 22))'"
        guard let exit = run("machine", shell(script)) else { return }
        Probe.say("machine-kills", exit.machineOOMKills)
        Probe.say("machine-probably", "\(exit.wasProbablyOutOfMemory)")
        Probe.say("machine-own", exit.oomKills)
    }

    /// Grows past what it should, and is slowed down, not killed.
    private func high() {
        let script = """
            exec /usr/bin/python3 -c '
            import sys
            kept = []
            def count(name):
                lines = open(sys.argv[1] + "/memory.events").read().split("\\n")
                return [int(line.split()[1]) for line in lines if line.startswith(name + " ")][0]
            while count("high") == 0 and len(kept) < 100:
                kept.append(b"x" * (1 << 20))
            print("high", count("high"), "max", count("max"))
            ' $g
            """
        let limits = ControlGroupLimits(name: "high", memoryHighBytes: 20 << 20, memoryMaxBytes: 200 << 20)
        let exit = run("high", shell(script, limits))
        Probe.say("high-oom", exit?.oomKills ?? -1)
    }

    private func pids() {
        // A shell that cannot fork ends.
        let script = "(for i in $(seq 30); do sleep 1000 & done) 2>/dev/null; read max < $g/pids.max; echo $max"
        let exit = run("pids", shell(script, ControlGroupLimits(name: "pids", pidsMax: 10)))
        Probe.say("pids-hits", exit?.pidsMaxHits ?? -1)
    }

    private func cpu() {
        let limits = ControlGroupLimits(name: "cpu", cpuWeight: 50, cpuPercent: 150, ioWeight: 200)
        run("cpu", shell("echo $(cat $g/cpu.weight $g/cpu.max)", limits))
    }

    /// Neither its limits nor its membership are for the program to change.
    private func user() {
        var request = shell(
            """
            for file in memory.max cgroup.procs cgroup.kill pids.max; do
                [ -e $g/$file ] || continue
                (echo 0 > $g/$file) 2>/dev/null && echo wrote $file
            done
            mkdir $g/sub 2>/dev/null && echo made a group
            (echo 0 > $g/../daemon/cgroup.procs) 2>/dev/null && echo moved
            id -u
            """)
        request.user = "nobody"
        run("user", request)
    }

    private func unsupported() {
        let limits = ControlGroupLimits(
            name: "x", memoryHighBytes: 1 << 30, memoryMaxBytes: 1 << 30, cpuWeight: 1, cpuPercent: 1, pidsMax: 9,
            ioWeight: 1)
        Probe.say("unsupported", host.unsupportedLimits(of: limits).joined(separator: ","))
    }

    /// Alternating, so that a busy moment of the machine meets both.
    private func cost() {
        guard let plain = try? Probe.makeHost() else { return }
        let limits = ControlGroupLimits(name: "cost", memoryHighBytes: 1 << 30, memoryMaxBytes: 1 << 30, pidsMax: 100)
        var samples: [[Duration]] = [[], [], []]
        let clock = ContinuousClock()
        for round in 0..<220 {
            let times = [
                clock.measure { _ = Probe.run(SpawnRequest(executable: "/bin/true"), on: plain) },
                clock.measure { _ = Probe.run(SpawnRequest(executable: "/bin/true"), on: host) },
                clock.measure { _ = Probe.run(SpawnRequest(executable: "/bin/true", controlGroup: limits), on: host) },
            ]
            if round >= 20 { for (index, time) in times.enumerated() { samples[index].append(time) } }
        }
        for (name, times) in zip(["without", "with", "limits"], samples) {
            let median = times.sorted()[times.count / 2]
            Probe.say("cost-\(name)-us", Int(median / .microseconds(1)))
        }
    }

    /// Runs programs with escaped descendants until it is killed.
    private func serve() {
        for index in 0..<3 {
            let script = "(setsid sh -c 'echo $$; exec sleep 1000' &); exec sleep 1000"
            let running = start(shell(script, ControlGroupLimits(name: "serve-\(index)")), lines: 1)
            Probe.say("escaped", running.pids[0])
        }
        Probe.say("serving", getpid())
        while true { pause() }
    }

    /// Looks until only the daemon's own group is left.
    private func settledGroups() -> Int {
        guard case .delegated(let path, _) = groups.support else { return 0 }
        func count() -> Int {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            return names.filter { name in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
                    && isFolder.boolValue && name != "daemon" && !name.hasPrefix(".")
            }.count
        }
        let deadline = ContinuousClock.now + .seconds(10)
        while count() > 0, ContinuousClock.now < deadline { usleep(2000) }
        return count()
    }
}
