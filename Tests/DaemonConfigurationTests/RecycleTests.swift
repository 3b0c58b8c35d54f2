import DaemonConfiguration
import Supervision
import Testing

/// When workers are recycled: the section for all, and those of pools.
@Suite struct RecycleTests {
    @Test func withoutASectionTheDefaultsHoldForSocketPools() throws {
        let pools = try ConfigurationPlace(
            """
            pools:
              exec: {command: [x], kind: exec}
              service: {command: [x], kind: service}
              socket: {command: [x]}
            """
        ).load().pools
        #expect(pools.map(\.recycle) == [.none, .none, RecyclePolicy()])
        let policy = RecyclePolicy()
        #expect(policy.afterJobs == 1000 && policy.afterTime == .seconds(4 * 3600) && policy.memoryWarning == 0.75)
        #expect(policy.memorySoftBytes == 512 << 20 && policy.memoryHardBytes == 1024 << 20)
    }

    @Test func aPoolsSectionWinsKeyByKey() throws {
        let configuration = try ConfigurationPlace(
            """
            recycle: {after_jobs: 7, after: off, memory_soft: 100MiB, memory_hard: off, memory_warning: 50}
            pools:
              exec: {command: [x], kind: exec, recycle: {memory_hard: 2GiB}}
              own: {command: [x], recycle: {after_jobs: off, after: 90m, memory_warning: 90%}}
              standard: {command: [x]}
            """
        ).load()
        let pools = Dictionary(uniqueKeysWithValues: configuration.pools.map { ($0.name, $0.recycle) })
        let all = RecyclePolicy(
            afterJobs: 7, afterTime: nil, memorySoftBytes: 100 << 20, memoryHardBytes: nil, memoryWarning: 0.5)
        #expect(pools["standard"] == all)
        var own = all
        (own.afterJobs, own.afterTime, own.memoryWarning) = (nil, .seconds(5400), 0.9)
        #expect(pools["own"] == own)
        var exec = RecyclePolicy.none
        exec.memoryHardBytes = 2 << 30
        #expect(pools["exec"] == exec)
        #expect(configuration.setting("pools.standard.recycle.after_jobs") == "7  # recycle.after_jobs")
        #expect(configuration.setting("pools.own.recycle.after_jobs") == "off  # jobsup.yaml:4:45")
        #expect(configuration.setting("pools.exec.recycle.after_jobs") == "off  # default")
    }

    private static let off = ", or off"
    private static let size = "a size, like 512MiB, or off"

    @Test(arguments: [
        BadFile("recycle: {after_jobs: 0}", "1:23: recycle.after_jobs: '0' is not a whole number\(off)"),
        BadFile("recycle: {after_jobs: 1.5}", "1:23: recycle.after_jobs: '1.5' is not a whole number\(off)"),
        BadFile("recycle: {after_jobs: none}", "1:23: recycle.after_jobs: 'none' is not a whole number\(off)"),
        BadFile("recycle: {after_jobs: }", "1:23: recycle.after_jobs: nothing is not a whole number\(off)"),
        BadFile("recycle: {after: 0}", "1:18: recycle.after: '0' is not a time, like 4h\(off)"),
        BadFile("recycle: {after: 4 h}", "1:18: recycle.after: '4 h' is not a time, like 4h\(off)"),
        BadFile("recycle: {after: [4h]}", "1:18: recycle.after: a list or mapping is not a time, like 4h\(off)"),
        BadFile("recycle: {memory_soft: 512}", "1:24: recycle.memory_soft: '512' is not \(size)"),
        BadFile("recycle: {memory_hard: 1mb}", "1:24: recycle.memory_hard: '1mb' is not \(size)"),
        BadFile("recycle: {memory_warning: 0}", "1:27: recycle.memory_warning: '0' is not a part from 1% to 100%"),
        BadFile(
            "recycle: {memory_warning: 101%}", "1:27: recycle.memory_warning: '101%' is not a part from 1% to 100%"),
        BadFile("recycle: {memory_warning: off}", "1:27: recycle.memory_warning: 'off' is not a part from 1% to 100%"),
        BadFile("recycle: 500", "1:10: recycle: must be a mapping of keys to values"),
        BadFile("recycle:\n  after_job: 5", "2:3: recycle.after_job: unknown key; did you mean 'after_jobs'?"),
        BadFile("recycle: {memory_sof: 1GiB}", "1:11: recycle.memory_sof: unknown key; did you mean 'memory_soft'?"),
        BadFile(
            "pools: {a: {command: [x], recycle: {max_jobs: 5}}}",
            "1:37: pools.a.recycle.max_jobs: unknown key; known keys: after, after_jobs, memory_hard, memory_soft, "
                + "memory_warning"),
    ])
    func mistakesAreTold(_ file: BadFile) throws {
        let problems = try ConfigurationPlace(file.text).problems()
        #expect(problems == file.problems)
    }

    @Test(arguments: [
        BadFile(
            "recycle: {memory_soft: 2GiB}\npools: {a: {command: [x]}, b: {command: [x]}}",
            "1:24: recycle.memory_soft: 2GiB is more than memory_hard, 1GiB"),
        BadFile(
            "recycle: {memory_hard: 256MiB}\npools: {a: {command: [x]}}",
            "1:10: recycle.memory_soft: 512MiB is more than memory_hard, 256MiB"),
        BadFile(
            "pools: {a: {command: [x], recycle: {memory_soft: 2GiB}}}",
            "1:50: pools.a.recycle.memory_soft: 2GiB is more than memory_hard, 1GiB"),
    ])
    func theSoftLimitIsTheLowerAndOnlyWhoSaysItIsBlamed(_ file: BadFile) throws {
        let problems = try ConfigurationPlace(file.text).problems()
        #expect(problems == file.problems)
    }

    @Test func equalLimitsAndOneAloneAreRight() throws {
        for section in [
            "memory_soft: 1GiB", "memory_soft: 2GiB, memory_hard: off", "memory_soft: off, memory_hard: 1MiB",
        ] {
            let problems = try ConfigurationPlace("recycle: {\(section)}").problems()
            #expect(problems == [], "\(section)")
        }
    }
}
