import Scaling

/// A policy that is compared with others, as it is made for a pool.
package struct Contestant: Sendable {
    package var name: String
    package var run: @Sendable (Trace, SimulationSettings) -> SimulationRun

    package init<Policy: ScalingPolicy>(
        _ name: String, victims: SimulationSettings.Victims = .idle,
        _ make: @escaping @Sendable (SimulationSettings) -> Policy
    ) {
        self.name = name
        run = { trace, settings in
            var settings = settings
            settings.victims = victims
            return Simulator.run(trace, settings, make(settings))
        }
    }
}

extension Contestant {
    package static let targetWait = Contestant("target wait") { settings in
        ScalingGuards(TargetWaitPolicy(TargetWaitSettings(target: .seconds(settings.targetSeconds))))
    }
    package static func thresholds(_ settings: ThresholdSettings) -> Contestant {
        Contestant("thresholds") { _ in ScalingGuards(ThresholdPolicy(settings)) }
    }
    package static let backlog = Contestant("in flight + backlog") { _ in CeleryPolicy(keepalive: .zero) }
    package static let celery = Contestant("Celery, keepalive 30 s") { _ in CeleryPolicy() }
    package static let horizon = Contestant("Horizon", victims: .any(graceSeconds: 3600)) { _ in HorizonPolicy() }
    package static let hpa = Contestant("HPA/KEDA, 5 a worker", victims: .any(graceSeconds: 30)) { _ in HPAPolicy() }
    package static let hpaOfOne = Contestant("HPA/KEDA, 1 a worker", victims: .any(graceSeconds: 30)) { _ in
        HPAPolicy(targetPerWorker: 1)
    }
    package static let backlogPerInstance = Contestant("AWS backlog", victims: .any(graceSeconds: 30)) { settings in
        BacklogPerInstancePolicy(target: .seconds(settings.targetSeconds))
    }
    /// As many as somebody has chosen, from the first decision on.
    package static func fixed(_ count: Int) -> Contestant {
        Contestant("fixed, \(count)") { _ in FixedPolicy(count) }
    }
    package static let full = Contestant("fixed, always full") { _ in FixedPolicy(nil) }

    /// In the order of the tables.
    package static func all() throws(ThresholdSettings.NoHysteresis) -> [Contestant] {
        [
            targetWait, backlog, celery, thresholds(try ThresholdSettings()), horizon, hpa, hpaOfOne,
            backlogPerInstance, full,
        ]
    }
}
