import DaemonConfiguration
import JobModel
import Testing

/// What holds when nothing is said.
@Suite struct DefaultTests {
    @Test func theDaemonHasDefaults() throws {
        let configuration = try ConfigurationPlace("").load()
        #expect(configuration.stateDirectory == "/var/lib/jobsup" && configuration.runtimeDirectory == "/run/jobsup")
        #expect(configuration.socketGroup == nil && configuration.drainTimeout == nil)
        #expect(configuration.logLevel == .info && configuration.store.synchronous == .full)
        #expect(configuration.store.resultTimeToLive == .seconds(3600))
        #expect(configuration.store.history == .seconds(48 * 3600))
        #expect(configuration.limits.payloadBytes == 1 << 20 && configuration.limits.resultBytes == 1 << 20)
        #expect(configuration.log.file == nil && configuration.log.maxBytes == 64 << 20 && configuration.log.keep == 5)
        #expect(configuration.defaults == JobPolicy() && configuration.types.isEmpty)
        #expect(configuration.queues == ["default"])
    }

    @Test func aPoolHasDefaults() throws {
        let pool = try #require(try ConfigurationPlace("pools: {a: {command: [x, y z]}}").load().pools.first)
        #expect(pool.name == "a" && pool.kind == .socket && pool.command == ["x", "y z"])
        #expect(pool.queues == ["default"] && pool.processes == 1 && pool.concurrency == 1)
        #expect(pool.environment == [:] && pool.directory == nil && pool.user == nil && pool.group == nil)
        #expect(pool.bootTimeout == .seconds(60) && pool.stopGrace == .seconds(10))
    }

    @Test func typesTakeOverWhatTheyDoNotSay() throws {
        let configuration = try ConfigurationPlace(
            """
            defaults: {queue: q, timeout: 5m, max_attempts: 7}
            types: {a: {}, b: {queue: other, max_attempts: 1}}
            """
        ).load()
        #expect(configuration.types["a"] == configuration.defaults)
        #expect(
            configuration.types["b"]
                == JobPolicy(queue: "other", timeout: .seconds(300), maxAttempts: 1, retry: .standard))
        #expect(configuration.queues == ["q", "other"])
    }

    @Test func valuesAreTextsWhateverYAMLMakesOfThem() throws {
        let pool = try #require(
            try ConfigurationPlace(
                "pools: {a: {command: [x, 1, true, 1.0], environment: {PORT: 8080, ON: yes, NONE: }}}"
            ).load().pools.first)
        #expect(pool.command == ["x", "1", "true", "1.0"])
        #expect(pool.environment == ["PORT": "8080", "ON": "yes", "NONE": ""])
    }
}
