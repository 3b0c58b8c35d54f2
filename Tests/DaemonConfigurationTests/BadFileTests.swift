import Testing

/// What is said of wrong files: all problems from top to bottom, each with line, column, key and what would be right.
@Suite struct BadFileTests {
    private func check(_ file: BadFile) throws {
        let problems = try ConfigurationPlace(file.text).problems()
        #expect(problems == file.problems)
    }

    @Test(arguments: [
        BadFile("log_levle: info", "1:1: log_levle: unknown key; did you mean 'log_level'?"),
        BadFile("pool:\n  mail: {}", "1:1: pool: unknown key; did you mean 'pools'?"),
        BadFile(
            "xyzzy: 1",
            "1:1: xyzzy: unknown key; known keys: defaults, drain_timeout, limits, log, log_level, pools, recycle, "
                + "runtime_directory, scaling, socket_group, state_directory, store, types"),
        BadFile("store:\n  histroy: 1h", "2:3: store.histroy: unknown key; did you mean 'history'?"),
        BadFile("limits: {payloads: 1MiB}", "1:10: limits.payloads: unknown key; did you mean 'payload'?"),
        BadFile(
            "defaults:\n  retries: 3",
            "2:3: defaults.retries: unknown key; known keys: backoff, expected_memory, max_attempts, memory_limit, queue, "
                + "timeout"),
        BadFile(
            "defaults: {backoff: {bace: 1s}}", "1:22: defaults.backoff.bace: unknown key; did you mean 'base'?"),
        BadFile("types:\n  mail:\n    tiemout: 3", "3:5: types.mail.tiemout: unknown key; did you mean 'timeout'?"),
        BadFile(
            "pools:\n  mail:\n    command: [a]\n    procesess: 3",
            "4:5: pools.mail.procesess: unknown key; did you mean 'processes'?"),
        BadFile(
            "pools: {mail: {command: [a], processes: {mim: 1}}}",
            "1:42: pools.mail.processes.mim: unknown key; did you mean 'min'?"),
    ])
    func unknownKeys(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile("log_level: inf", "1:12: log_level: 'inf' is not \(BadFile.levels); did you mean 'info'?"),
        BadFile("log_level: verbose", "1:12: log_level: 'verbose' is not \(BadFile.levels)"),
        BadFile("log_level:", "1:11: log_level: nothing is not \(BadFile.levels)"),
        BadFile("log_level: ~", "1:12: log_level: nothing is not \(BadFile.levels)"),
        BadFile("log_level: [info]", "1:12: log_level: a list or mapping is not \(BadFile.levels)"),
        BadFile("socket_group: null", "1:15: socket_group: nothing is not a text"),
        BadFile("socket_group: {a: b}", "1:15: socket_group: a list or mapping is not a text"),
        BadFile("state_directory: var/lib", "1:18: state_directory: 'var/lib' is not \(BadFile.path)"),
        BadFile(
            "runtime_directory: /\(String(repeating: "r", count: 95))",
            "1:20: runtime_directory: is too long: the path of a socket leaves it 80 bytes"),
        BadFile("state_directory: \"/a\\0b\"", "1:18: state_directory: holds a NUL character"),
        BadFile("store: full", "1:8: store: must be a mapping of keys to values"),
        BadFile("store:\n  synchronous: off", "2:16: store.synchronous: 'off' is not one of full, normal"),
        BadFile("limits: [1, 2]", "1:9: limits: must be a mapping of keys to values"),
        BadFile("pools: [mail]", "1:8: pools: must be a mapping of keys to values"),
        BadFile(
            "pools:\n  mail: worker", "2:9: pools.mail: must be a mapping of keys to values",
            "2:9: pools.mail.command: is missing: name the program that works"),
        BadFile("types:\n  mail: 30s", "2:9: types.mail: must be a mapping of keys to values"),
    ])
    func wrongKinds(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile("drain_timeout: soon", "1:16: drain_timeout: 'soon' is not \(BadFile.time)"),
        BadFile("drain_timeout: -1s", "1:16: drain_timeout: '-1s' is not \(BadFile.time)"),
        BadFile("drain_timeout: 5 m", "1:16: drain_timeout: '5 m' is not \(BadFile.time)"),
        BadFile("drain_timeout: 0x10", "1:16: drain_timeout: '0x10' is not \(BadFile.time)"),
        BadFile("drain_timeout: 3651d", "1:16: drain_timeout: '3651d' is not \(BadFile.time)"),
        BadFile("drain_timeout: 1w", "1:16: drain_timeout: '1w' is not \(BadFile.time)"),
        BadFile("drain_timeout: []", "1:16: drain_timeout: a list or mapping is not \(BadFile.time)"),
        BadFile("store: {history: 1e999}", "1:18: store.history: '1e999' is not \(BadFile.time)"),
        BadFile("defaults: {timeout: 50d}", "1:21: defaults.timeout: '50d' is not \(BadFile.timeout)"),
        BadFile("defaults: {timeout: 0.0001}", "1:21: defaults.timeout: '0.0001' is not \(BadFile.timeout)"),
        BadFile(
            "pools: {a: {command: [a], boot_timeout: 0}}",
            "1:41: pools.a.boot_timeout: '0' is not a time from 1ms to 3650d: "
                + "seconds, or a number with ms, s, m, h or d (30s, 5m)"),
        BadFile("limits: {payload: 0}", "1:19: limits.payload: '0' is not \(BadFile.size)"),
        BadFile("limits: {payload: -1}", "1:19: limits.payload: '-1' is not \(BadFile.size)"),
        BadFile("limits: {payload: 257MiB}", "1:19: limits.payload: '257MiB' is not \(BadFile.size)"),
        BadFile("limits: {payload: 1mb}", "1:19: limits.payload: '1mb' is not \(BadFile.size)"),
        BadFile("limits: {result: 0x1F}", "1:18: limits.result: '0x1F' is not \(BadFile.size)"),
        BadFile("limits: {result: 99999999999GiB}", "1:18: limits.result: '99999999999GiB' is not \(BadFile.size)"),
        BadFile("limits: {result: 1 MiB}", "1:18: limits.result: '1 MiB' is not \(BadFile.size)"),
    ])
    func timesAndSizes(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile(
            "defaults: {max_attempts: 0}", "1:26: defaults.max_attempts: '0' is not a whole number from 1 to 65535"),
        BadFile(
            "defaults: {max_attempts: 1.5}", "1:26: defaults.max_attempts: '1.5' is not a whole number from 1 to 65535"),
        BadFile("defaults: {queue: a b}", "1:19: defaults.queue: 'a b' is not a name: \(BadFile.name)"),
        // The types that take it over are not blamed.
        BadFile("defaults: {queue: ä}\ntypes: {t: {}}", "1:19: defaults.queue: 'ä' is not a name: \(BadFile.name)"),
        BadFile("types: {a b: {}}", "1:9: types.a b: 'a b' cannot be a name: \(BadFile.name)"),
        BadFile("types: {\"\": {}}", "1:9: types.: '' cannot be a name: \(BadFile.name)"),
        BadFile("defaults: {backoff: 10s}", "1:21: defaults.backoff: \(BadFile.backoff)"),
        BadFile("defaults: {backoff: }", "1:21: defaults.backoff: \(BadFile.backoff)"),
        BadFile("defaults: {backoff: []}", "1:21: defaults.backoff: is empty: name at least one time, [10s]"),
        BadFile(
            "defaults: {backoff: [1s, x, -1]}", "1:21: defaults.backoff: 'x' is not \(BadFile.time)",
            "1:21: defaults.backoff: '-1' is not \(BadFile.time)"),
        BadFile("defaults: {backoff: [[1s]]}", "1:22: defaults.backoff: every element must be a text"),
        BadFile(
            "defaults: {backoff: {base: 2m, cap: 90s}}", "1:28: defaults.backoff.base: 2m is more than cap, 90s"),
        BadFile(
            "types: {t: {backoff: {cap: 500ms}}}", "1:22: types.t.backoff.base: 1s is more than cap, 500ms"),
        BadFile(
            "defaults: {backoff: {factor: 0.5, jitter: nan}}",
            "1:30: defaults.backoff.factor: '0.5' is not a number from 1.0 to 100.0",
            "1:43: defaults.backoff.jitter: 'nan' is not a number from 0.0 to 1.0"),
        BadFile(
            "defaults: {backoff: {factor: 0x2, jitter: 2}}",
            "1:30: defaults.backoff.factor: '0x2' is not a number from 1.0 to 100.0",
            "1:43: defaults.backoff.jitter: '2' is not a number from 0.0 to 1.0"),
    ])
    func policies(_ file: BadFile) throws { try check(file) }

    @Test func problemsComeFromTopToBottom() throws {
        let file = BadFile(
            """
            # the first line has none
            log_level: loud
            pools:
              b: {command: a, processes: x}
              a: {queues: []}
            store: {histori: 1, synchronous: off}
            drain_timeout: x
            """,
            "2:12: log_level: 'loud' is not \(BadFile.levels)",
            "4:16: pools.b.command: must be a list, [program, argument, …]: it is never given to a shell",
            "4:30: pools.b.processes: 'x' is not a whole number from 0 to 1000",
            "5:6: pools.a.command: is missing: name the program that works",
            "5:15: pools.a.queues: is empty: a pool serves at least one queue",
            "6:9: store.histori: unknown key; did you mean 'history'?",
            "6:34: store.synchronous: 'off' is not one of full, normal",
            "7:16: drain_timeout: 'x' is not \(BadFile.time)")
        try check(file)
    }
}
