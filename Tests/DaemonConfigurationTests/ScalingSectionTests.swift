import DaemonConfiguration
import Scaling
import Testing

/// Which pools are scaled, and how: the section for all, and those of pools.
@Suite struct ScalingSectionTests {
    private func load(_ text: String) throws -> Configuration { try ConfigurationPlace(text).load() }

    private func pool(_ keys: String, root: String = "") throws -> Configuration.Pool {
        try #require(try load("\(root)\npools: {a: {command: [x], \(keys)}}").pools.first)
    }

    private func thresholds(_ pool: Configuration.Pool?) throws -> ThresholdSettings {
        guard case .thresholds(let settings)? = pool?.scaling?.rule else {
            Issue.record("not by thresholds: \(String(describing: pool?.scaling))")
            return try ThresholdSettings()
        }
        return settings
    }

    @Test(arguments: [
        "processes: {max: 4}", "processes: {min: 1, max: 4, start: 2}", "processes: {max: 4, start: 4}",
        "processes: auto", "kind: socket, processes: auto", "processes: auto, scaling: {enabled: yes}",
    ])
    func whatHasAMostIsScaled(_ keys: String) throws {
        let pool = try pool(keys)
        #expect(pool.scaling == PoolScaling(.thresholds(try ThresholdSettings())))
    }

    @Test(arguments: [
        "", "processes: 4", "processes: {min: 1}", "processes: {min: 1, start: 4}", "processes: {}",
        "processes: {min: 3, max: 3}", "processes: {max: 0}", "processes: {max: 4}, scaling: {enabled: false}",
        "processes: auto, scaling: {enabled: off}", "processes: 4, scaling: {enabled: true, target_wait: 5s}",
        "kind: exec, processes: {max: 4}", "kind: exec, processes: auto", "kind: service, processes: {max: 4}",
        "kind: service, processes: auto",
    ])
    func allOthersKeepTheirNumber(_ keys: String) throws {
        let configuration = try load("pools: {a: {command: [x], \(keys)}}")
        #expect(configuration.pools.first?.scaling == nil && configuration.scaling.pools.isEmpty)
    }

    @Test func aClassHasItsRange() throws {
        let text = "processes: auto, class: "
        #expect(try pool("processes: auto").bounds == 1...10)
        for (name, range) in [("default", 1...10), ("critical", 2...20), ("background", 1...5)] {
            let configuration = try load("pools: {a: {command: [x], \(text + name)}}")
            let pool = try #require(configuration.pools.first)
            #expect(pool.bounds == range && pool.processes == range.lowerBound, "\(name)")
            #expect("\(pool.poolClass)" == name && configuration.scaling.classes[pool.name].map { "\($0)" } == name)
        }
        let root =
            "scaling: {default: {min_workers: 3, max_workers: 4}, critical: {max_workers: 9}, background: {min_workers: 0}}"
        #expect(try pool(text + "default", root: root).bounds == 3...4)
        #expect(try pool(text + "critical", root: root).bounds == 2...9)
        #expect(try pool(text + "background", root: root).bounds == 0...5)
        // A class alone changes no number.
        let fixed = try pool("class: critical, processes: 4", root: root)
        #expect(fixed.processes == 4 && fixed.bounds == 0...1000 && fixed.poolClass == .critical)
    }

    @Test func aRangeOfOneIsNotScaled() throws {
        let pool = try pool("processes: auto", root: "scaling: {default: {min_workers: 2, max_workers: 2}}")
        #expect(pool.scaling == nil && pool.processes == 2 && pool.bounds == 2...2)
    }

    @Test func withoutASectionTheDefaultsHold() throws {
        let configuration = try load("pools: {a: {command: [x], processes: {max: 9}}, b: {command: [x]}}")
        let settings = try thresholds(configuration.pools.first)
        #expect(settings.queueDepth == .init(up: 100, down: 10) && settings.queueLatency == .init(up: 30, down: 5))
        #expect(settings.cpu == .init(up: 0.75, down: 0.3) && settings.memory == .init(up: 0.8, down: 0.4))
        #expect(settings.upCooldown == .seconds(60) && settings.downCooldown == .seconds(300))
        #expect(configuration.scaling.budget.isUnlimited && configuration.scaling.pools.keys.sorted() == ["a"])
    }

    @Test func everyKeyIsRead() throws {
        let configuration = try load(
            """
            scaling:
              up: {queue_depth: 20, queue_latency: 10s, cpu: 90, memory: 95%}
              down: {queue_depth: 2, queue_latency: 1500ms, cpu: 50%, memory: 60}
              cooldown: {up: 5s, down: 2m}
              max_processes: 12
              max_memory: 3GiB
            pools: {a: {command: [x], processes: {max: 9}}}
            """)
        let settings = try thresholds(configuration.pools.first)
        #expect(settings.queueDepth == .init(up: 20, down: 2) && settings.queueLatency == .init(up: 10, down: 1.5))
        #expect(settings.cpu == .init(up: 0.9, down: 0.5) && settings.memory == .init(up: 0.95, down: 0.6))
        #expect(settings.upCooldown == .seconds(5) && settings.downCooldown == .seconds(120))
        #expect(configuration.scaling.budget == ScalingBudget(processes: 12, memoryBytes: 3 << 30))
        #expect(try load("scaling: {max_processes: off, max_memory: off}").scaling.budget.isUnlimited)
    }

    @Test func aPoolsSectionWinsKeyByKey() throws {
        let configuration = try load(
            """
            scaling: {up: {queue_depth: 50, cpu: 90%}, cooldown: {up: 5s, down: 2m}}
            pools:
              own:
                command: [x]
                processes: {max: 9}
                scaling: {up: {queue_depth: 7, queue_latency: 9s}, down: {queue_depth: 0}, cooldown: {down: 10s}}
              standard: {command: [x], processes: {max: 9}}
            """)
        let own = try thresholds(configuration.pools.first)
        #expect(own.queueDepth == .init(up: 7, down: 0) && own.queueLatency == .init(up: 9, down: 5))
        #expect(own.cpu == .init(up: 0.9, down: 0.3))
        #expect(own.upCooldown == .seconds(5) && own.downCooldown == .seconds(10))
        let standard = try thresholds(configuration.pools.last)
        #expect(standard.queueDepth == .init(up: 50, down: 10) && standard.downCooldown == .seconds(120))
        for (key, value) in [
            "own.scaling.up.queue_depth": "7  # jobsup.yaml:6:33", "own.scaling.up.cpu": "90%  # scaling.up.cpu",
            "own.scaling.up.memory": "80%  # scaling.up.memory",
            "own.scaling.cooldown.up": "5s  # scaling.cooldown.up",
            "own.scaling.cooldown.down": "10s  # jobsup.yaml:6:97", "own.scaling.enabled": "true  # scaling.enabled",
            "standard.scaling.target_wait": "off  # scaling.target_wait",
            "standard.scaling.cooldown.down": "2m  # scaling.cooldown.down",
        ] {
            #expect(configuration.setting("pools.\(key)") == value)
        }
    }

    @Test func aTargetTakesThePlaceOfThresholds() throws {
        func rule(_ own: String, root: String = "") throws -> PoolScaling.Rule? {
            try pool("processes: {max: 9}, scaling: {\(own)}", root: root).scaling?.rule
        }
        let fiveSeconds = PoolScaling.Rule.targetWait(TargetWaitSettings(target: .seconds(5)))
        let all = "scaling: {target_wait: 5s}"
        #expect(try rule("target_wait: 5s") == fiveSeconds)
        #expect(try rule("target_wait: 5s, up: {queue_depth: 70}") == fiveSeconds)
        #expect(try rule("", root: all) == fiveSeconds)
        #expect(try rule("target_wait: 0.1", root: all) == .targetWait(TargetWaitSettings(target: .milliseconds(100))))
        #expect(try rule("target_wait: off", root: all) == .thresholds(try ThresholdSettings()))
    }

    @Test func aPoolMayBeScaledThoughTheOthersAreNot() throws {
        let configuration = try load(
            """
            scaling: {enabled: false}
            pools:
              a: {command: [x], processes: auto}
              b: {command: [x], processes: auto, scaling: {enabled: true}}
            """)
        #expect(configuration.scaling.pools.keys.sorted() == ["b"])
        // The range holds all the same.
        #expect(configuration.pools.first?.bounds == 1...10)
    }
}
