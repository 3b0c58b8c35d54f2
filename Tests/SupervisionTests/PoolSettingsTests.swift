import Supervision
import Testing

/// Which new settings need new workers.
@Suite struct PoolSettingsTests {
    private static let settings = PoolSettings(
        name: "mail", kind: .socket, command: ["worker"], queues: ["mail"], processes: 2, bounds: 0...10)

    @Test(
        arguments: [
            { $0.processes = 5 }, { $0.bounds = 1...3 }, { $0.bootTimeout = .seconds(1) },
            { $0.stopGrace = .seconds(1) },
            { $0.rolloutPatience = .seconds(1) }, { $0.restart.burst = .init(1, per: .seconds(1)) },
        ] as [@Sendable (inout PoolSettings) -> Void])
    func numbersOfThePoolKeepItsWorkers(_ change: @Sendable (inout PoolSettings) -> Void) {
        var changed = Self.settings
        change(&changed)
        #expect(changed != Self.settings && changed.keepsWorkers(of: Self.settings))
    }

    @Test(
        arguments: [
            { $0.name = "x" }, { $0.kind = .service }, { $0.command = ["x"] }, { $0.queues = ["x"] },
            { $0.concurrency = 2 },
            { $0.environment = ["A": "b"] }, { $0.directory = "/" }, { $0.user = "x" }, { $0.group = "x" },
            { $0.readiness = .notify }, { $0.watchdog = .seconds(1) }, { $0.recycle.afterJobs = 1 },
            { $0.limits.nice = 5 },
        ] as [@Sendable (inout PoolSettings) -> Void])
    func whatAWorkerIsStartedWithNeedsNewOnes(_ change: @Sendable (inout PoolSettings) -> Void) {
        var changed = Self.settings
        change(&changed)
        #expect(!changed.keepsWorkers(of: Self.settings))
    }

    /// Where the kernel does not hold a worker to it, measuring does.
    @Test(
        arguments: [
            (nil, nil, nil), (100, nil, 100), (nil, 200, 200), (100, 200, 100), (200, 100, 100),
        ] as [(Int?, Int?, Int?)])
    func theLowerOfTheHardLimitsIsWatched(_ hard: Int?, _ group: Int?, _ watched: Int?) {
        var settings = Self.settings
        settings.recycle = RecyclePolicy(memorySoftBytes: 50, memoryHardBytes: hard)
        settings.limits.memoryMaxBytes = group
        #expect(settings.watchedMemory.memoryHardBytes == watched)
        #expect(settings.watchedMemory.memorySoftBytes == 50)
    }
}
