import DaemonConfiguration
import Testing

/// Settings in variables of the environment.
@Suite struct EnvironmentTests {
    private static let text = "pools: {send-mail: {command: [x], concurrency: 2}}\ntypes: {send_mail: {timeout: 5s}}"

    @Test func everyVariableReachesItsSetting() throws {
        let values = [
            "STATE_DIRECTORY": "/s", "RUNTIME_DIRECTORY": "/r", "SOCKET_GROUP": "g", "LOG_LEVEL": "debug",
            "DRAIN_TIMEOUT": "1m", "STORE_SYNCHRONOUS": "normal", "STORE_RESULT_TTL": "2m", "STORE_HISTORY": "3m",
            "LIMITS_PAYLOAD": "1KiB", "LIMITS_RESULT": "2KiB", "DEFAULTS_QUEUE": "q", "DEFAULTS_TIMEOUT": "4m",
            "DEFAULTS_MAX_ATTEMPTS": "9", "LOG_FILE": "/l", "LOG_MAX_SIZE": "3MiB", "LOG_KEEP": "7",
        ]
        let environment = Dictionary(uniqueKeysWithValues: values.map { ("JOBSUP_\($0.key)", $0.value) })
        let configuration = try ConfigurationPlace(Self.text).load(environment)
        for (variable, value) in environment {
            let origin = "environment \(variable)"
            #expect(configuration.settings.contains { $0.value == value && $0.origin == origin }, "\(variable)")
        }
        #expect(configuration.stateDirectory == "/s" && configuration.runtimeDirectory == "/r")
        #expect(configuration.socketGroup == "g" && configuration.logLevel == .debug)
        #expect(configuration.drainTimeout == .seconds(60) && configuration.store.synchronous == .normal)
        #expect(configuration.store.resultTimeToLive == .seconds(120) && configuration.store.history == .seconds(180))
        #expect(configuration.limits.payloadBytes == 1024 && configuration.limits.resultBytes == 2048)
        #expect(configuration.defaults.queue == "q" && configuration.defaults.maxAttempts == 9)
        #expect(configuration.defaults.timeout == .seconds(240))
        #expect(configuration.log.file == "/l" && configuration.log.maxBytes == 3 << 20 && configuration.log.keep == 7)
    }

    @Test func poolsAndTypesAreNamedInCapitals() throws {
        let configuration = try ConfigurationPlace(Self.text).load(
            ["WORKER_CONCURRENCY_SEND_MAIL": "8", "TIMEOUT_SEND_MAIL": "1m", "TIMEOUT_OTHER": "nonsense"])
        #expect(configuration.pools.first?.concurrency == 8)
        #expect(configuration.types["send_mail"]?.timeout == .seconds(60))
        #expect(configuration.warnings.isEmpty)
    }

    @Test(arguments: [
        (
            ["JOBSUP_LOG_LEVEL": "debgu"],
            "JOBSUP_LOG_LEVEL: log_level: 'debgu' is not \(BadFile.levels); did you mean 'debug'?"
        ),
        (["JOBSUP_LOG_LEVEL": ""], "JOBSUP_LOG_LEVEL: log_level: nothing is not \(BadFile.levels)"),
        (["JOBSUP_STORE_HISTORY": "soon"], "JOBSUP_STORE_HISTORY: store.history: 'soon' is not \(BadFile.time)"),
        (["JOBSUP_LIMITS_PAYLOAD": "1TB"], "JOBSUP_LIMITS_PAYLOAD: limits.payload: '1TB' is not \(BadFile.size)"),
        (["TIMEOUT_SEND_MAIL": "-1"], "TIMEOUT_SEND_MAIL: types.send_mail.timeout: '-1' is not \(BadFile.timeout)"),
        (
            ["WORKER_CONCURRENCY_SEND_MAIL": "many"],
            "WORKER_CONCURRENCY_SEND_MAIL: pools.send-mail.concurrency: 'many' is not a whole number from 1 to 10000"
        ),
    ])
    func wrongValuesNameTheVariable(_ environment: [String: String], _ problem: String) throws {
        #expect(try ConfigurationPlace(Self.text).problems(environment) == ["environment \(problem)"])
    }

    @Test(arguments: [
        ("store: 5", "JOBSUP_STORE_HISTORY", "1:8: store: must be a mapping of keys to values"),
        ("defaults: [5]", "JOBSUP_DEFAULTS_QUEUE", "1:11: defaults: must be a mapping of keys to values"),
        ("- a", "JOBSUP_LOG_LEVEL", "1:1: must be a mapping of keys to values"),
        ("types: {a: 5}", "TIMEOUT_A", "1:12: types.a: must be a mapping of keys to values"),
    ])
    func aVariableHidesNoMistakeOfTheFile(_ text: String, _ variable: String, _ problem: String) throws {
        #expect(try ConfigurationPlace(text).problems([variable: "1"]) == ["jobsup.yaml:" + problem])
    }

    @Test func variablesThatMeanNothingAreWarnedOf() throws {
        let environment = [
            "JOBSUP_LOG_LEVLE": "debug", "JOBSUP_CONFIG": "/x", "WORKER_CONCURRENCY_SEND_MIAL": "3",
            "TIMEOUT_OTHER": "3", "PATH": "/bin", "JOBSUP_JOB_ID": "7", "JOBSUP_SOCKET": "/s", "JOBSUP_TOKEN": "t",
            "JOBSUP_REQUEST_ID": "r",
        ]
        #expect(
            try ConfigurationPlace("pools: {send-mail: {command: [x]}}").warnings(environment) == [
                "environment JOBSUP_CONFIG: is not a setting and has no effect",
                "environment JOBSUP_LOG_LEVLE: is not a setting and has no effect; did you mean JOBSUP_LOG_LEVEL?",
                "environment WORKER_CONCURRENCY_SEND_MIAL: is not a setting and has no effect; "
                    + "did you mean WORKER_CONCURRENCY_SEND_MAIL?",
            ])
    }
}
