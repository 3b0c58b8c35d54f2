import Scaling
import Simulation

/// A policy that is compared, as it is made for a workload.
struct Contestant: Sendable {
    var name: String
    var victims: SimulationSettings.Victims = .idle
    var run: @Sendable (Trace, SimulationSettings) -> SimulationRun

    init<Policy: ScalingPolicy>(
        _ name: String, victims: SimulationSettings.Victims = .idle,
        _ make: @escaping @Sendable (SimulationSettings) -> Policy
    ) {
        self.name = name
        self.victims = victims
        run = { trace, settings in
            var settings = settings
            settings.victims = victims
            return Simulator.run(trace, settings, make(settings))
        }
    }

    static let targetWait = Contestant("target wait") { settings in
        ScalingGuards(TargetWaitPolicy(TargetWaitSettings(target: .seconds(settings.targetSeconds))))
    }

    static func all() throws -> [Contestant] {
        let thresholds = try ThresholdSettings()
        return [
            targetWait,
            Contestant("in flight + backlog") { _ in CeleryPolicy(keepalive: .zero) },
            Contestant("Celery, keepalive 30 s") { _ in CeleryPolicy() },
            Contestant("thresholds") { _ in ScalingGuards(ThresholdPolicy(thresholds)) },
            Contestant("Horizon", victims: .any(graceSeconds: 3600)) { _ in HorizonPolicy() },
            Contestant("HPA/KEDA, 5 a worker", victims: .any(graceSeconds: 30)) { _ in HPAPolicy() },
            Contestant("HPA/KEDA, 1 a worker", victims: .any(graceSeconds: 30)) { _ in HPAPolicy(targetPerWorker: 1) },
            Contestant("AWS backlog", victims: .any(graceSeconds: 30)) { settings in
                BacklogPerInstancePolicy(target: .seconds(settings.targetSeconds))
            },
            Contestant("fixed, always full") { _ in FixedPolicy(nil) },
        ]
    }
}
