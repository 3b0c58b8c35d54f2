/// One number that a decision was made from.
package struct ScalingFigure: Sendable, Hashable {
    /// The raw values are the fields' names in journal and API; the unit is part of each.
    package enum Name: String, Sendable, CaseIterable {
        case depth = "queue_depth"
        case oldestSeconds = "oldest_wait_seconds"
        case cpu = "cpu_fraction"
        case memory = "memory_fraction"
        case limit = "limit"
        case step = "step_workers"
        case cooldownSeconds = "cooldown_left_seconds"
        case targetSeconds = "target_wait_seconds"
        case arrivalRate = "arrivals_per_second"
        case serviceSeconds = "service_seconds"
        case bootSeconds = "boot_seconds"
        /// Slots that the arrivals keep busy.
        case offeredLoad = "offered_load_slots"
        case baseWorkers = "base_workers"
        case drainWorkers = "drain_workers"
        case windowSeconds = "window_seconds"
        case busyWorkers = "busy_workers"
        case idleWorkers = "idle_workers"
        /// What the rule asked for that was bound by this one.
        case askedWorkers = "asked_workers"
        case roomWorkers = "room_workers"
        case workerBytes = "worker_bytes"
        case availableBytes = "available_bytes"
        case pressureCPU = "pressure_cpu_percent"
        case pressureMemory = "pressure_memory_percent"
        case pressureIO = "pressure_io_percent"
        case throughputBefore = "completions_per_second_before"
        case throughputAfter = "completions_per_second_after"
        case holdSeconds = "hold_seconds"
        case reversals = "reversals_in_hour"
    }

    package var name: Name
    package var value: Double

    package init(_ name: Name, _ value: Double) {
        self.name = name
        self.value = value
    }

    package init(_ name: Name, _ value: Int) {
        self.init(name, Double(value))
    }

    package init(_ name: Name, _ value: Duration) {
        self.init(name, value.inSeconds)
    }
}
