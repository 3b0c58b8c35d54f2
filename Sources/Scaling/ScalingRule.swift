/// What bound a decision. The raw values stand in journal, history and API.
package enum ScalingRule: String, Sendable, Hashable, CaseIterable {
    /// Nothing asks for a change.
    case steady = "steady"
    /// A person has set it.
    case manual = "manual"
    /// What the configuration says, since nobody else says anything.
    case configured = "configured"
    /// The pool has fewer or more than it may have.
    case minimum = "minimum"
    case maximum = "maximum"

    // Thresholds
    case queueDepth = "queue_depth"
    case queueLatency = "queue_latency"
    case cpu = "cpu"
    case memory = "memory"
    case allLow = "all_low"
    case scaleUpCooldown = "scale_up_cooldown"
    case scaleDownCooldown = "scale_down_cooldown"

    // Target wait
    /// Workers for what arrives, and head-room for chance.
    case headRoom = "head_room"
    /// Workers so that everything that waits starts in time.
    case drain = "drain"
    case surplus = "surplus"
    case stabilisation = "stabilisation"

    // Guards
    case busyWorkers = "busy_workers"
    case memoryRoom = "memory_room"
    case pressure = "pressure"
    case noThroughput = "no_throughput"
    case missingSignal = "missing_signal"
    case usedSignal = "used_signal"
    case flapBudget = "flap_budget"
    case machineBudget = "machine_budget"

    /// A rule that is only there to compare with.
    case baseline = "baseline"
}
