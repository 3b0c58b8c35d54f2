/// When a pool is scaled by thresholds. The names in brackets are those of the configuration.
package struct ThresholdSettings: Sendable, Hashable {
    /// A value above `up` asks for more workers; one below `down` agrees to fewer. With infinity, the value never asks, or does
    /// not have to agree.
    package struct Pair: Sendable, Hashable {
        package var up: Double
        package var down: Double

        package init(up: Double, down: Double) {
            self.up = up
            self.down = down
        }
    }

    /// A pair between which the pool would never rest.
    package struct NoHysteresis: Error, Hashable, CustomStringConvertible {
        package var pair: String
        package var up: Double
        package var down: Double

        package var description: String {
            "\(pair): the scale-down threshold \(down.formattedShortly) is not below the scale-up threshold \(up.formattedShortly); "
                + "the pool would grow and shrink without end"
        }
    }

    /// Jobs (SCALE_UP_QUEUE_DEPTH, SCALE_DOWN_QUEUE_DEPTH).
    package let queueDepth: Pair
    /// Seconds that the oldest job waits (SCALE_UP_QUEUE_LATENCY, SCALE_DOWN_QUEUE_LATENCY).
    package let queueLatency: Pair
    /// 0 to 1 (SCALE_UP_CPU_THRESHOLD, SCALE_DOWN_CPU_THRESHOLD).
    package let cpu: Pair
    /// 0 to 1 (SCALE_UP_MEMORY_THRESHOLD, SCALE_DOWN_MEMORY_THRESHOLD).
    package let memory: Pair
    /// Between any change and a growth (SCALE_UP_COOLDOWN).
    package let upCooldown: Duration
    /// Between any change and a shrinking (SCALE_DOWN_COOLDOWN).
    package let downCooldown: Duration
    /// Workers added at once when a value is far above its threshold.
    package let largestStep: Int
    /// Whether processors and memory have a say only while the queue is known and not low. So it is for services: others
    /// use the machine as well, and it is not full of this pool's work when there is none.
    package let queueDecides: Bool

    package init(
        queueDepth: Pair = Pair(up: 100, down: 10), queueLatency: Pair = Pair(up: 30, down: 5),
        cpu: Pair = Pair(up: 0.75, down: 0.3), memory: Pair = Pair(up: 0.8, down: 0.4),
        upCooldown: Duration = .seconds(60), downCooldown: Duration = .seconds(300), largestStep: Int = 3,
        queueDecides: Bool = false
    ) throws(NoHysteresis) {
        let pairs = [
            ("queue depth", queueDepth), ("queue latency", queueLatency), ("CPU", cpu), ("memory", memory),
        ]
        for (name, pair) in pairs where pair.down != .infinity && !(pair.down < pair.up) {
            throw NoHysteresis(pair: name, up: pair.up, down: pair.down)
        }
        self.queueDepth = queueDepth
        self.queueLatency = queueLatency
        self.cpu = cpu
        self.memory = memory
        self.upCooldown = upCooldown
        self.downCooldown = downCooldown
        self.largestStep = max(1, largestStep)
        self.queueDecides = queueDecides
    }
}
