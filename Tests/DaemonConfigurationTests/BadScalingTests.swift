import Testing

/// What is said of wrong settings of scaling.
@Suite struct BadScalingTests {
    private static let size = "a size, like 512MiB, or off"
    private static let part = "a part from 1% to 100%, or off"
    private static let wait = "a time, like 30s, or off"
    private static let endless = "the pool would grow and shrink without end"

    private func check(_ file: BadFile) throws {
        let problems = try ConfigurationPlace(file.text).problems()
        #expect(problems == file.problems)
    }

    @Test(arguments: [
        BadFile("scaling: {enabled: maybe}", "1:20: scaling.enabled: 'maybe' is not true or false"),
        BadFile("scaling: {enabled: }", "1:20: scaling.enabled: nothing is not true or false"),
        BadFile("scaling: {enabled: [true]}", "1:20: scaling.enabled: a list or mapping is not true or false"),
        BadFile("scaling: {target_wait: soon}", "1:24: scaling.target_wait: 'soon' is not \(wait)"),
        BadFile("scaling: {target_wait: 99ms}", "1:24: scaling.target_wait: '99ms' is not \(wait)"),
        BadFile("scaling: {target_wait: 0}", "1:24: scaling.target_wait: '0' is not \(wait)"),
        BadFile(
            "scaling: {up: {queue_depth: -1}}",
            "1:29: scaling.up.queue_depth: '-1' is not a whole number from 0 to 1000000000"),
        BadFile(
            "scaling: {down: {queue_depth: 1.5}}",
            "1:31: scaling.down.queue_depth: '1.5' is not a whole number from 0 to 1000000000"),
        BadFile("scaling: {up: {queue_latency: x}}", "1:31: scaling.up.queue_latency: 'x' is not \(BadFile.time)"),
        BadFile(
            "scaling: {down: {queue_latency: -1}}", "1:33: scaling.down.queue_latency: '-1' is not \(BadFile.time)"),
        BadFile("scaling: {up: {cpu: 0.75}}", "1:21: scaling.up.cpu: '0.75' is not \(part)"),
        BadFile("scaling: {up: {memory: 101%}}", "1:24: scaling.up.memory: '101%' is not \(part)"),
        BadFile("scaling: {pressure: {io: 0}}", "1:26: scaling.pressure.io: '0' is not \(part)"),
        BadFile("scaling: {pressure: {cpu: never}}", "1:27: scaling.pressure.cpu: 'never' is not \(part)"),
        BadFile("scaling: {down: {memory: }}", "1:26: scaling.down.memory: nothing is not \(part)"),
        BadFile("scaling: {cooldown: {up: -1s}}", "1:26: scaling.cooldown.up: '-1s' is not \(BadFile.time)"),
        BadFile("scaling: {cooldown: {down: long}}", "1:28: scaling.cooldown.down: 'long' is not \(BadFile.time)"),
    ])
    func rules(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile("scaling: {max_processes: 0}", "1:26: scaling.max_processes: '0' is not a whole number, or off"),
        BadFile(
            "scaling: {max_processes: 100001}",
            "1:26: scaling.max_processes: '100001' is not a whole number, or off"),
        BadFile("scaling: {max_memory: 5}", "1:23: scaling.max_memory: '5' is not \(size)"),
        BadFile("scaling: {max_memory: 50%}", "1:23: scaling.max_memory: '50%' is not \(size)"),
        BadFile(
            "scaling: {default: {min_workers: 11}}",
            "1:34: scaling.default.min_workers: 11 is more than max_workers, 10"),
        BadFile(
            "scaling: {critical: {max_workers: 1}}",
            "1:21: scaling.critical.min_workers: 2 is more than max_workers, 1"),
        BadFile(
            "scaling: {background: {max_workers: 1001}}",
            "1:37: scaling.background.max_workers: '1001' is not a whole number from 0 to 1000"),
        BadFile(
            "scaling: {background: {min_workers: -1}}",
            "1:37: scaling.background.min_workers: '-1' is not a whole number from 0 to 1000"),
    ])
    func budgetsAndClasses(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile("scaling: off", "1:10: scaling: must be a mapping of keys to values"),
        BadFile("scaling: {up: 100}", "1:15: scaling.up: must be a mapping of keys to values"),
        BadFile("scaling: {cooldown: 1m}", "1:21: scaling.cooldown: must be a mapping of keys to values"),
        BadFile("scaling: {critical: [2, 20]}", "1:21: scaling.critical: must be a mapping of keys to values"),
        BadFile("scaling: {enable: true}", "1:11: scaling.enable: unknown key; did you mean 'enabled'?"),
        BadFile(
            "scaling: {up: {queue_dept: 1}}", "1:16: scaling.up.queue_dept: unknown key; did you mean 'queue_depth'?"),
        BadFile(
            "scaling: {down: {load: 1}}",
            "1:18: scaling.down.load: unknown key; known keys: cpu, memory, queue_depth, queue_latency"),
        BadFile("scaling: {cooldown: {grow: 1m}}", "1:22: scaling.cooldown.grow: unknown key; known keys: down, up"),
        BadFile(
            "scaling: {critical: {max_worker: 5}}",
            "1:22: scaling.critical.max_worker: unknown key; did you mean 'max_workers'?"),
        BadFile(
            "pools: {a: {command: [x], scaling: {max_processes: 5}}}",
            "1:37: pools.a.scaling.max_processes: unknown key; known keys: cooldown, down, enabled, pressure, target_wait, up"
        ),
        BadFile(
            "pools: {a: {command: [x], scaling: {critical: {}}}}",
            "1:37: pools.a.scaling.critical: unknown key; known keys: cooldown, down, enabled, pressure, target_wait, up"
        ),
    ])
    func keys(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile(
            "scaling: {down: {queue_depth: 100}}",
            "1:17: scaling.down: queue depth: the scale-down threshold 100 is not below the scale-up threshold 100; "
                + endless),
        BadFile(
            "scaling: {up: {queue_latency: 1s}, down: {queue_latency: 1.5s}}",
            "1:42: scaling.down: queue latency: the scale-down threshold 1.5 is not below the scale-up threshold 1; "
                + endless),
        BadFile(
            "scaling: {up: {cpu: 20%}}",
            "1:10: scaling.down: CPU: the scale-down threshold 0.3 is not below the scale-up threshold 0.2; " + endless
        ),
        BadFile(
            "pools: {a: {command: [x], scaling: {up: {memory: 30}}}}",
            "1:36: pools.a.scaling.down: memory: the scale-down threshold 0.4 is not below the scale-up threshold 0.3; "
                + endless),
        // Only who says it is blamed, and once, however many take it over.
        BadFile(
            """
            scaling: {up: {queue_depth: 5}}
            pools: {a: {command: [x]}, b: {command: [x], scaling: {cooldown: {up: 1s}}}}
            """,
            "1:10: scaling.down: queue depth: the scale-down threshold 10 is not below the scale-up threshold 5; "
                + endless),
        // Also where a target makes them idle.
        BadFile(
            "pools: {a: {command: [x], scaling: {target_wait: 5s, down: {cpu: 80}}}}",
            "1:60: pools.a.scaling.down: CPU: the scale-down threshold 0.8 is not below the scale-up threshold 0.75; "
                + endless),
    ])
    func thresholdsWithoutAGap(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile(
            "pools: {a: {command: [x], class: critcal}}",
            "1:34: pools.a.class: 'critcal' is not one of critical, default, background; did you mean 'critical'?"),
        BadFile(
            "pools: {a: {command: [x], class: }}",
            "1:34: pools.a.class: nothing is not one of critical, default, background"),
        BadFile(
            "pools: {a: {command: [x], processes: automatic}}",
            "1:38: pools.a.processes: 'automatic' is not a whole number from 0 to 1000"),
        BadFile(
            "pools: {a: {command: [x], processes: {max: auto}}}",
            "1:44: pools.a.processes.max: 'auto' is not a whole number from 0 to 1000"),
        BadFile(
            "pools: {a: {command: [x], kind: exec, scaling: {target_wait: 5s}}}",
            "1:48: pools.a.scaling: is not for exec pools: their processes end with their jobs"),
    ])
    func pools(_ file: BadFile) throws { try check(file) }
}
