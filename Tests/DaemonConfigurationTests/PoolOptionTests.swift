import DaemonConfiguration
import Supervision
import Testing

/// What a pool may say beside its command: readiness, watchdog, restarts, limits, memory of types.
@Suite struct PoolOptionTests {
    private func pool(_ keys: String) throws -> Configuration.Pool {
        try #require(try ConfigurationPlace("pools: {a: {command: [x], \(keys)}}").load().pools.first)
    }

    @Test func withoutThemTheyHaveDefaults() throws {
        let pool = try pool("")
        #expect(pool.readiness == .after(.seconds(1)) && pool.watchdog == nil && pool.rolloutPatience == .seconds(10))
        #expect(pool.restart == RestartPolicy() && pool.limits == WorkerLimits() && pool.credentials == [:])
    }

    @Test func aServicePoolHasNoQueues() throws {
        let service = try pool("kind: service, ready: notify, watchdog: 30s, rollout_patience: 2m")
        #expect(service.kind == .service && service.queues == [] && service.readiness == .notify)
        #expect(service.watchdog == .seconds(30) && service.rolloutPatience == .seconds(120))
        #expect(try pool("kind: service, ready: 0").readiness == .after(.zero))
        #expect(try pool("kind: service, ready: 2s, watchdog: off").readiness == .after(.seconds(2)))
        let configuration = try ConfigurationPlace("pools: {a: {command: [x], kind: service}}").load()
        #expect(configuration.queues == ["default"] && configuration.setting("pools.a.queues") == nil)
    }

    @Test func ratesAreDeathsAndATime() throws {
        let restart = try pool("restart: {burst: 5/30s, sustained: 100/1h}").restart
        #expect(restart.burst == .init(5, per: .seconds(30)) && restart.sustained == .init(100, per: .seconds(3600)))
        #expect(try pool("restart: {burst: 1/60}").restart == RestartPolicy(burst: .init(1, per: .seconds(60))))
        #expect(try pool("restart: ").restart == RestartPolicy())
    }

    @Test func limitsAreRead() throws {
        let limits = try pool(
            """
            limits: {memory_high: 700MiB, memory_max: 1GiB, cpu_weight: 20, cpu_percent: 150, pids_max: 64,
              io_weight: 10000, open_files: 4096, processes: 500, core_size: 0, file_size: 10GiB, cpu_seconds: 3600,
              address_space: 8GiB, nice: -5, oom_score_adjust: -500, umask: 0027}
            """
        ).limits
        var expected = WorkerLimits()
        expected.memoryHighBytes = 700 << 20
        expected.memoryMaxBytes = 1 << 30
        expected.cpuWeight = 20
        expected.cpuPercent = 150
        expected.pidsMax = 64
        expected.ioWeight = 10000
        expected.openFiles = 4096
        expected.processes = 500
        expected.coreBytes = 0
        expected.fileBytes = 10 << 30
        expected.cpuSeconds = 3600
        expected.addressSpaceBytes = 8 << 30
        expected.nice = -5
        expected.oomScoreAdjust = -500
        expected.umask = 0o027
        #expect(limits == expected)
        #expect(try pool("limits: {memory_high: off, memory_max: off}").limits == WorkerLimits())
    }

    @Test func typesHaveMemory() throws {
        let configuration = try ConfigurationPlace(
            """
            defaults: {memory_limit: 200MiB}
            types: {a: {expected_memory: 1GiB}, b: {memory_limit: off}}
            """
        ).load()
        #expect(
            configuration.defaults.memoryLimitBytes == 200 << 20 && configuration.defaults.expectedMemoryBytes == nil)
        #expect(configuration.types["a"]?.memoryLimitBytes == 200 << 20)
        #expect(configuration.types["a"]?.expectedMemoryBytes == 1 << 30)
        #expect(configuration.types["b"]?.memoryLimitBytes == nil)
    }

    @Test func credentialsAreNames() throws {
        #expect(try pool("credentials: {SMTP_PASSWORD: smtp}").credentials == ["SMTP_PASSWORD": "smtp"])
    }
}
