import DaemonConfiguration
import Foundation
import Testing

/// Every setting with where its value comes from.
@Suite struct ReportTests {
    @Test func everySettingHasAnOrigin() throws {
        let place = try ConfigurationPlace(
            """
            drain_timeout: 90s
            defaults: {timeout: 5m}
            types: {t: {queue: q, backoff: [1s]}}
            pools: {p: {command: [x, y], processes: {max: 3}, environment: {A: b}}}
            """)
        let configuration = try place.load(["JOBSUP_LOG_LEVEL": "debug"])
        let expected = [
            "state_directory": "/var/lib/jobsup  # default", "drain_timeout": "90s  # jobsup.yaml:1:16",
            "log_level": "debug  # environment JOBSUP_LOG_LEVEL", "socket_group": "  # default",
            "store.history": "2d  # default", "limits.payload": "1MiB  # default",
            "defaults.timeout": "5m  # jobsup.yaml:2:21",
            "defaults.backoff": "{base: 1s, factor: 2.0, cap: 10m, jitter: 0.1}  # default",
            "types.t.queue": "q  # jobsup.yaml:3:20", "types.t.timeout": "5m  # defaults.timeout",
            "types.t.max_attempts": "5  # defaults.max_attempts", "types.t.backoff": "[1s]  # jobsup.yaml:3:32",
            "pools.p.command": "[x, y]  # jobsup.yaml:4:22", "pools.p.queues": "[default]  # default",
            "pools.p.processes.min": "0  # default", "pools.p.processes.max": "3  # jobsup.yaml:4:47",
            "pools.p.processes.start": "0  # default", "pools.p.environment.A": "b  # jobsup.yaml:4:68",
            "pools.p.user": "  # default", "pools.p.stop_grace": "10s  # default",
        ]
        for (key, value) in expected { #expect(configuration.setting(key) == value, "\(key)") }
    }

    @Test func everyKeyIsReported() throws {
        let configuration = try ConfigurationPlace(
            """
            defaults: {backoff: {}}
            types: {NAME: {backoff: {}}}
            pools: {NAME: {command: [x], environment: {A: b}, credentials: {A: b}, processes: {}}}
            """
        ).load()
        let reported = configuration.settings.map(\.key)
        #expect(Set(reported).count == reported.count)
        let sections =
            ["log", "store", "limits", "defaults", "types", "pools", "recycle"] + [
                "defaults.backoff", "types.NAME.backoff",
            ]
            + ["processes", "environment", "credentials", "recycle", "restart", "limits"].map { "pools.NAME.\($0)" }
        // A signal has one source only, and a service pool: `SignalTests` has those.
        let paths = try KnownKeys.paths().filter { !$0.hasPrefix("pools.NAME.scaling.signal.") }
        for path in paths where !sections.contains(path) {
            #expect(reported.contains(path), "\(path)")
        }
    }

    @Test func linesAreAligned() throws {
        let configuration = try ConfigurationPlace(
            "pools: {a: {command: [\"x\\ny\", \(String(repeating: "z", count: 50))]}}"
        ).load()
        let lines = ConfigurationReport(configuration).text.split(separator: "\n")
        #expect(lines.count == configuration.settings.count)
        let keys = "pools.a.limits.oom_score_adjust".count
        func row(_ key: String, _ value: String) -> String {
            key.padding(toLength: keys + 2, withPad: " ", startingAt: 0)
                + value.padding(toLength: 50, withPad: " ", startingAt: 0)
        }
        #expect(lines.first == "\(row("state_directory", "/var/lib/jobsup"))# default")
        #expect(lines[2] == "\(row("socket_group", "-"))# default")
        let long = try #require(lines.first { $0.hasPrefix("pools.a.command") })
        let start = "pools.a.command".padding(toLength: keys + 2, withPad: " ", startingAt: 0) + "[x y, zzz"
        #expect(long.hasPrefix(start) && long.hasSuffix("zz]  # " + origin(configuration)))
    }

    private func origin(_ configuration: Configuration) -> String {
        configuration.settings.first { $0.key == "pools.a.command" }?.origin ?? "?"
    }
}
