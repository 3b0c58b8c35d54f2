import DaemonConfiguration
import Supervision
import Testing

/// The variables that have names of their own, and numbers with the units of these names.
@Suite struct RecycleEnvironmentTests {
    private static let text = """
        recycle: {after_jobs: 5}
        pools: {a: {command: [x]}, own: {command: [x], recycle: {after_jobs: 6}}}
        types: {make-report: {memory_limit: 1GiB}, other: {}}
        """

    @Test func bareNumbersHaveTheUnitsOfTheirNames() throws {
        let configuration = try ConfigurationPlace(Self.text).load([
            "WORKER_RECYCLE_AFTER_JOBS": "200", "WORKER_RECYCLE_AFTER_HOURS": "2", "WORKER_MEMORY_SOFT_LIMIT": "300",
            "WORKER_MEMORY_HARD_LIMIT": "2048", "MEMORY_WARNING_THRESHOLD": "80", "MEMORY_LIMIT_MAKE_REPORT": "96",
        ])
        let policy = try #require(configuration.pools.first?.recycle)
        #expect(policy.afterJobs == 200 && policy.afterTime == .seconds(7200) && policy.memoryWarning == 0.8)
        #expect(policy.memorySoftBytes == 300 << 20 && policy.memoryHardBytes == 2048 << 20)
        #expect(configuration.types["make-report"]?.memoryLimitBytes == 96 << 20)
        #expect(configuration.types["other"]?.memoryLimitBytes == nil)
        #expect(configuration.pools.last?.recycle.afterJobs == 6, "what a pool says for itself wins")
        #expect(configuration.setting("recycle.after") == "2h  # environment WORKER_RECYCLE_AFTER_HOURS")
        #expect(configuration.setting("pools.a.recycle.after") == "2h  # recycle.after")
        #expect(configuration.warnings == [])
    }

    @Test func unitsCanBeWritten() throws {
        let configuration = try ConfigurationPlace(Self.text).load([
            "WORKER_RECYCLE_AFTER_HOURS": "90m", "WORKER_MEMORY_SOFT_LIMIT": "1GB", "WORKER_MEMORY_HARD_LIMIT": "off",
            "MEMORY_WARNING_THRESHOLD": "80%", "MEMORY_LIMIT_MAKE_REPORT": "2GiB", "WORKER_RECYCLE_AFTER_JOBS": "off",
        ])
        let policy = try #require(configuration.pools.first?.recycle)
        #expect(policy.afterJobs == nil && policy.afterTime == .seconds(5400) && policy.memoryWarning == 0.8)
        #expect(policy.memorySoftBytes == 1_000_000_000 && policy.memoryHardBytes == nil)
        #expect(configuration.types["make-report"]?.memoryLimitBytes == 2 << 30)
        let half = try ConfigurationPlace(Self.text).load(["WORKER_RECYCLE_AFTER_HOURS": "0.5"])
        #expect(half.pools.first?.recycle.afterTime == .seconds(1800))
    }

    @Test(arguments: [
        (
            "WORKER_RECYCLE_AFTER_JOBS", "0",
            "WORKER_RECYCLE_AFTER_JOBS: recycle.after_jobs: '0' is not a whole number, or off"
        ),
        (
            "WORKER_RECYCLE_AFTER_HOURS", "0",
            "WORKER_RECYCLE_AFTER_HOURS: recycle.after: '0h' is not a time, like 4h, or off"
        ),
        (
            "WORKER_MEMORY_SOFT_LIMIT", "lots",
            "WORKER_MEMORY_SOFT_LIMIT: recycle.memory_soft: 'lots' is not a size, like 512MiB, or off"
        ),
        (
            "WORKER_MEMORY_SOFT_LIMIT", "2048",
            "WORKER_MEMORY_SOFT_LIMIT: recycle.memory_soft: 2GiB is more than memory_hard, 1GiB"
        ),
        (
            "MEMORY_WARNING_THRESHOLD", "0.75",
            "MEMORY_WARNING_THRESHOLD: recycle.memory_warning: '0.75' is not a part from 1% to 100%"
        ),
        (
            "MEMORY_LIMIT_MAKE_REPORT", "",
            "MEMORY_LIMIT_MAKE_REPORT: types.make-report.memory_limit: nothing is not a size, like 512MiB, or off"
        ),
    ])
    func wrongValuesNameTheVariable(_ variable: String, _ value: String, _ problem: String) throws {
        #expect(try ConfigurationPlace(Self.text).problems([variable: value]) == ["environment \(problem)"])
    }

    @Test func namesThatAreAlmostRightAreWarnedOf() throws {
        let environment = ["WORKER_RECYCLE_AFTER_JOB": "1", "WORKER_MEMORY_SOFT_LIMT": "1", "MEMORY_LIMIT_NOBODY": "1"]
        #expect(
            try ConfigurationPlace(Self.text).warnings(environment) == [
                "environment WORKER_MEMORY_SOFT_LIMT: is not a setting and has no effect; "
                    + "did you mean WORKER_MEMORY_SOFT_LIMIT?",
                "environment WORKER_RECYCLE_AFTER_JOB: is not a setting and has no effect; "
                    + "did you mean WORKER_RECYCLE_AFTER_JOBS?",
            ])
    }
}
