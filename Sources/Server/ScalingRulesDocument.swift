import JobModel
import Scaling

/// What a pool's policy goes by, as JSON. A threshold that is off is left out, and so is what the policy does not have.
struct ScalingRulesDocument: Encodable {
    struct Level: Encodable {
        let queueDepth: Double?
        let queueLatencySeconds: Double?
        let cpuFraction: Double?
        let memoryFraction: Double?
    }

    private(set) var targetWaitSeconds: Double?
    private(set) var up: Level?
    private(set) var down: Level?
    private(set) var upCooldownSeconds: Double?
    private(set) var downCooldownSeconds: Double?

    init(_ rule: PoolScaling.Rule) {
        switch rule {
        case .targetWait(let settings): targetWaitSeconds = settings.target.inSeconds
        case .thresholds(let settings):
            up = Level(settings, \.up)
            down = Level(settings, \.down)
            upCooldownSeconds = settings.upCooldown.inSeconds
            downCooldownSeconds = settings.downCooldown.inSeconds
        }
    }
}

extension ScalingRulesDocument.Level {
    fileprivate init(_ settings: ThresholdSettings, _ side: KeyPath<ThresholdSettings.Pair, Double>) {
        func finite(_ pair: ThresholdSettings.Pair) -> Double? {
            pair[keyPath: side].isFinite ? pair[keyPath: side] : nil
        }
        self.init(
            queueDepth: finite(settings.queueDepth), queueLatencySeconds: finite(settings.queueLatency),
            cpuFraction: finite(settings.cpu), memoryFraction: finite(settings.memory))
    }
}
