import Testing

/// What is said of wrong pools.
@Suite struct BadPoolTests {
    private static let missing = "is missing: name the program that works"
    private static let list = "must be a list, [program, argument, …]: it is never given to a shell"

    private func check(_ file: BadFile) throws {
        let problems = try ConfigurationPlace("pools:\n" + file.text).problems()
        #expect(problems == file.problems)
    }

    @Test(arguments: [
        BadFile("  a: {kind: exec}", "2:6: pools.a.command: \(missing)"),
        BadFile("  a: {command: []}", "2:16: pools.a.command: \(missing)"),
        BadFile("  a: {command: [\"\"]}", "2:16: pools.a.command: \(missing)"),
        BadFile("  a: {command: [~, x]}", "2:16: pools.a.command: \(missing)"),
        BadFile("  a: {command: }", "2:16: pools.a.command: \(list)"),
        BadFile("  a: {command: python3 -m jobsup}", "2:16: pools.a.command: \(list)"),
        BadFile("  a: {command: {python3: x}}", "2:16: pools.a.command: \(list)"),
        BadFile("  a: {command: [x, [y]]}", "2:20: pools.a.command: every element must be a text"),
        BadFile("  a: {command: [\"x\\0y\"]}", "2:16: pools.a.command: holds a NUL character"),
    ])
    func commands(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile("  a b:\n    command: [x]", "2:3: pools.a b: 'a b' cannot be a name: \(BadFile.name)"),
        BadFile("  a/b: {command: [x]}", "2:3: pools.a/b: 'a/b' cannot be a name: \(BadFile.name)"),
        BadFile("  ä: {command: [x]}", "2:3: pools.ä: 'ä' cannot be a name: \(BadFile.name)"),
        BadFile(
            "  \(String(repeating: "a", count: 129)): {command: [x]}",
            "2:3: pools.\(String(repeating: "a", count: 129)): '\(String(repeating: "a", count: 129))' "
                + "cannot be a name: \(BadFile.name)"),
        BadFile("  a: {command: [x], queues: []}", "2:29: pools.a.queues: is empty: a pool serves at least one queue"),
        BadFile("  a: {command: [x], queues: mail}", "2:29: pools.a.queues: must be a list of queue names"),
        BadFile("  a: {command: [x], queues: }", "2:29: pools.a.queues: must be a list of queue names"),
        BadFile("  a: {command: [x], queues: [[m]]}", "2:30: pools.a.queues: every element must be a text"),
        BadFile(
            "  a: {command: [x], queues: [m, \"\", m, n m]}",
            "2:29: pools.a.queues: '' cannot be a name: \(BadFile.name)",
            "2:29: pools.a.queues: 'm' is there more than once",
            "2:29: pools.a.queues: 'n m' cannot be a name: \(BadFile.name)"),
    ])
    func names(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile(
            "  a: {command: [x], processes: -1}",
            "2:32: pools.a.processes: '-1' is not a whole number from 0 to 1000"),
        BadFile(
            "  a: {command: [x], processes: 1001}",
            "2:32: pools.a.processes: '1001' is not a whole number from 0 to 1000"),
        BadFile(
            "  a: {command: [x], processes: [1, 2]}",
            "2:32: pools.a.processes: a list or mapping is not a whole number from 0 to 1000"),
        BadFile(
            "  a: {command: [x], processes: {min: 5, max: 2, start: 3, sart: 1}}",
            "2:38: pools.a.processes.min: 5 is more than max, 2",
            "2:59: pools.a.processes.sart: unknown key; did you mean 'start'?"),
        BadFile(
            "  a: {command: [x], processes: {min: 1, max: 4, start: 9}}",
            "2:56: pools.a.processes.start: 9 is not within min and max, 1 to 4"),
        BadFile(
            "  a: {command: [x], concurrency: 0}",
            "2:34: pools.a.concurrency: '0' is not a whole number from 1 to 10000"),
        BadFile(
            "  a: {command: [x], kind: exec, concurrency: 2}",
            "2:46: pools.a.concurrency: is for socket pools: use 'processes' for more at once"),
        BadFile(
            "  a: {command: [x], kind: sockets}",
            "2:27: pools.a.kind: 'sockets' is not one of socket, exec, service; did you mean 'socket'?"),
        BadFile("  a: {command: [x], directory: srv}", "2:32: pools.a.directory: 'srv' is not \(BadFile.path)"),
        BadFile("  a: {command: [x], user: }", "2:27: pools.a.user: nothing is not a text"),
        BadFile("  a: {command: [x], group: []}", "2:28: pools.a.group: a list or mapping is not a text"),
        BadFile("  a: {command: [x], stop_grace: -1}", "2:33: pools.a.stop_grace: '-1' is not \(BadFile.time)"),
    ])
    func numbers(_ file: BadFile) throws { try check(file) }

    @Test(arguments: [
        BadFile(
            "  a: {command: [x], environment: [A=B]}",
            "2:34: pools.a.environment: must be a mapping of keys to values"),
        BadFile(
            "  a: {command: [x], environment: {A=B: c}}",
            "2:35: pools.a.environment.A=B: cannot be the name of a variable"),
        BadFile(
            "  a: {command: [x], environment: {\"\": c}}",
            "2:35: pools.a.environment.: cannot be the name of a variable"),
        BadFile(
            "  a: {command: [x], environment: {A: [b]}}",
            "2:38: pools.a.environment.A: a list or mapping is not a text"),
        BadFile(
            "  a: {command: [x], environment: {A: \"b\\0c\"}}",
            "2:38: pools.a.environment.A: holds a NUL character"),
    ])
    func environments(_ file: BadFile) throws { try check(file) }
}
