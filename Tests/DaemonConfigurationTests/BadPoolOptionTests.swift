import Testing

/// What is said of wrong options of pools.
@Suite struct BadPoolOptionTests {
    private static let ready =
        "notify (the program sends READY=1), or the time after which it counts as ready, like 1s"
    private static let rate = "deaths and a time, like 10/1m"
    private static let time = "a time from 1ms to 3650d: seconds, or a number with ms, s, m, h or d (30s, 5m)"

    private func check(_ file: BadFile) throws {
        let problems = try ConfigurationPlace("pools:\n" + file.text).problems()
        #expect(problems == file.problems)
    }

    @Test(arguments: [
        BadFile(
            "  a: {command: [x], kind: service, queues: [m]}",
            "2:44: pools.a.queues: is not for service pools: their programs get no jobs from here"),
        BadFile(
            "  a: {command: [x], kind: service, concurrency: 4}",
            "2:49: pools.a.concurrency: is for socket pools: use 'processes' for more at once"),
        BadFile(
            "  a: {command: [x], ready: notify}",
            "2:28: pools.a.ready: is for service pools: workers of the other kinds say so by themselves"),
        BadFile("  a: {command: [x], kind: service, ready: soon}", "2:43: pools.a.ready: 'soon' is not \(ready)"),
        BadFile("  a: {command: [x], kind: service, ready: -1s}", "2:43: pools.a.ready: '-1s' is not \(ready)"),
        BadFile("  a: {command: [x], raedy: 1s}", "2:21: pools.a.raedy: unknown key; did you mean 'ready'?"),
        BadFile("  a: {command: [x], watchdog: 0}", "2:31: pools.a.watchdog: '0' is not a time, like 30s, or off"),
        BadFile("  a: {command: [x], watchdog: on}", "2:31: pools.a.watchdog: 'on' is not a time, like 30s, or off"),
        BadFile("  a: {command: [x], rollout_patience: 0}", "2:39: pools.a.rollout_patience: '0' is not \(time)"),
        BadFile(
            "  a: {command: [x], credentials: [a]}", "2:34: pools.a.credentials: must be a mapping of keys to values"),
        BadFile(
            "  a: {command: [x], credentials: {A=B: c}}",
            "2:35: pools.a.credentials.A=B: cannot be the name of a variable"),
    ])
    func services(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile("  a: {command: [x], restart: {burst: 10}}", "2:38: pools.a.restart.burst: '10' is not \(rate)"),
        BadFile("  a: {command: [x], restart: {burst: 0/1m}}", "2:38: pools.a.restart.burst: '0/1m' is not \(rate)"),
        BadFile(
            "  a: {command: [x], restart: {burst: 5/10ms}}", "2:38: pools.a.restart.burst: '5/10ms' is not \(rate)"),
        BadFile(
            "  a: {command: [x], restart: {burst: 5 / 1m}}", "2:38: pools.a.restart.burst: '5 / 1m' is not \(rate)"),
        BadFile(
            "  a: {command: [x], restart: {sustained: off}}", "2:42: pools.a.restart.sustained: 'off' is not \(rate)"),
        BadFile(
            "  a: {command: [x], restart: {bursts: 5/1m}}",
            "2:31: pools.a.restart.bursts: unknown key; did you mean 'burst'?"),
        BadFile("  a: {command: [x], restart: never}", "2:30: pools.a.restart: must be a mapping of keys to values"),
    ])
    func restarts(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        ("memory_high: 5", "'5' is not a size, like 512MiB, or off"),
        ("cpu_weight: 0", "'0' is not a whole number from 1 to 10000"),
        ("cpu_percent: 50%", "'50%' is not a whole number from 1 to 1000000"),
        ("pids_max: -1", "'-1' is not a whole number from 1 to 4194304"),
        ("io_weight: 10001", "'10001' is not a whole number from 1 to 10000"),
        ("open_files: 15", "'15' is not a whole number from 16 to 1073741816"),
        ("core_size: big", "'big' is not a size, like 512MiB"),
        ("nice: 20", "'20' is not a whole number from -20 to 19"),
        ("oom_score_adjust: 1001", "'1001' is not a whole number from -1000 to 1000"),
        ("umask: 0888", "'0888' is not an octal mask, like 0027"),
        ("umask: 1777", "'1777' is not an octal mask, like 0027"),
        ("cpu_seconds: 1h", "'1h' is not a whole number from 1 to 1000000000"),
    ])
    func limits(_ setting: String, _ problem: String) throws {
        let key = setting.prefix { $0 != ":" }
        let column = 30 + key.count + 2
        try check(
            BadFile("  a: {command: [x], limits: {\(setting)}}", "2:\(column): pools.a.limits.\(key): \(problem)"))
    }

    @Test func limitsHaveAnOrderAndNames() throws {
        try check(
            BadFile(
                "  a: {command: [x], limits: {memory_high: 2GiB, memory_max: 1GiB, opne_files: 5}}",
                "2:43: pools.a.limits.memory_high: 2GiB is more than memory_max, 1GiB",
                "2:67: pools.a.limits.opne_files: unknown key; did you mean 'open_files'?"))
    }
}
