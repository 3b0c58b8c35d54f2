import DaemonConfiguration
import Scaling
import Testing

/// The variables of scaling.
@Suite struct ScalingEnvironmentTests {
    private static let text = """
        scaling: {up: {queue_depth: 5000}}
        pools:
          a: {command: [x], processes: auto}
          b: {command: [x], processes: auto, class: critical}
          c: {command: [x], processes: auto, class: background}
          own: {command: [x], processes: {max: 3}, scaling: {enabled: true, up: {queue_depth: 77}}}
        """

    private static let variables = [
        "ENABLE_AUTO_SCALING": "yes",
        "SCALE_UP_QUEUE_DEPTH": "200", "SCALE_UP_QUEUE_LATENCY": "60", "SCALE_UP_CPU_THRESHOLD": "85",
        "SCALE_UP_MEMORY_THRESHOLD": "90", "SCALE_DOWN_QUEUE_DEPTH": "20", "SCALE_DOWN_QUEUE_LATENCY": "7",
        "SCALE_DOWN_CPU_THRESHOLD": "35", "SCALE_DOWN_MEMORY_THRESHOLD": "45%", "SCALE_UP_COOLDOWN": "30",
        "SCALE_DOWN_COOLDOWN": "2m", "MIN_WORKERS": "3", "MAX_WORKERS": "6", "CRITICAL_MIN_WORKERS": "4",
        "CRITICAL_MAX_WORKERS": "40", "BACKGROUND_MIN_WORKERS": "0", "BACKGROUND_MAX_WORKERS": "2",
    ]

    @Test func everyVariableReachesItsSetting() throws {
        let configuration = try ConfigurationPlace(Self.text).load(Self.variables)
        for (name, value) in Self.variables {
            let found = configuration.settings.first { $0.origin == "environment \(name)" }
            #expect(found?.value == value, "\(name)")
        }
        let expected = try ThresholdSettings(
            queueDepth: .init(up: 200, down: 20), queueLatency: .init(up: 60, down: 7),
            cpu: .init(up: 0.85, down: 0.35), memory: .init(up: 0.9, down: 0.45), upCooldown: .seconds(30),
            downCooldown: .seconds(120))
        #expect(configuration.scaling.pools["a"] == PoolScaling(.thresholds(expected)))
        #expect(configuration.pools.map(\.bounds) == [3...6, 4...40, 0...2, 0...3])
        #expect(configuration.setting("pools.a.scaling.up.cpu") == "85%  # scaling.up.cpu")
        #expect(configuration.warnings == [])
    }

    @Test func whatAPoolSaysForItselfWins() throws {
        let off = try ConfigurationPlace(Self.text).load(
            ["ENABLE_AUTO_SCALING": "false", "SCALE_UP_QUEUE_DEPTH": "200"])
        #expect(off.scaling.pools.keys.sorted() == ["own"])
        guard case .thresholds(let settings)? = off.scaling.pools["own"]?.rule else {
            Issue.record("not by thresholds")
            return
        }
        #expect(settings.queueDepth.up == 77)
    }

    @Test(arguments: [
        ("ENABLE_AUTO_SCALING", "2", "scaling.enabled: '2' is not true or false"),
        ("ENABLE_AUTO_SCALING", "", "scaling.enabled: nothing is not true or false"),
        ("SCALE_UP_CPU_THRESHOLD", "0.75", "scaling.up.cpu: '0.75' is not a part from 1% to 100%, or off"),
        ("SCALE_DOWN_QUEUE_LATENCY", "soon", "scaling.down.queue_latency: 'soon' is not \(BadFile.time)"),
        ("SCALE_UP_COOLDOWN", "-1", "scaling.cooldown.up: '-1' is not \(BadFile.time)"),
        ("MAX_WORKERS", "lots", "scaling.default.max_workers: 'lots' is not a whole number from 0 to 1000"),
        ("BACKGROUND_MIN_WORKERS", "9", "scaling.background.min_workers: 9 is more than max_workers, 5"),
    ])
    func wrongValuesNameTheVariable(_ variable: String, _ value: String, _ problem: String) throws {
        #expect(
            try ConfigurationPlace(Self.text).problems([variable: value]) == ["environment \(variable): \(problem)"])
    }

    @Test func namesThatAreAlmostRightAreWarnedOf() throws {
        let environment = ["SCALE_UP_QUEUE_DEPHT": "1", "SCALE_DOWN_CPU": "1", "MAX_WORKER": "1", "SCALE": "1"]
        #expect(
            try ConfigurationPlace(Self.text).warnings(environment) == [
                "environment SCALE_DOWN_CPU: is not a setting and has no effect",
                "environment SCALE_UP_QUEUE_DEPHT: is not a setting and has no effect; "
                    + "did you mean SCALE_UP_QUEUE_DEPTH?",
            ])
    }
}
