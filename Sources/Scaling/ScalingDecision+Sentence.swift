extension ScalingDecision {
    /// For people: what changes, and why.
    package var sentence: String {
        (wanted == current ? "\(current)" : "\(current) → \(wanted)") + ": " + because
    }

    private var because: String {
        switch rule {
        case .steady: "nothing asks for a change"
        case .manual: "set by hand"
        case .configured: "the number of the configuration"
        case .minimum: "the pool has at least \(wanted)"
        case .maximum: "the pool has at most \(wanted)"
        case .queueDepth: "\(say(.depth)) jobs wait (limit \(say(.limit)))"
        case .queueLatency: "the oldest job waits for \(say(.oldestSeconds)) s (limit \(say(.limit)) s)"
        case .cpu: "the processors are used to \(percent(.cpu)) (limit \(percent(.limit)))"
        case .memory: "the memory is used to \(percent(.memory)) (limit \(percent(.limit)))"
        case .allLow: "all signals are below their scale-down thresholds"
        case .scaleUpCooldown, .scaleDownCooldown:
            "\(rule == .scaleUpCooldown ? "more are needed" : "fewer would do"), but the last change must settle for "
                + "another \(say(.cooldownSeconds)) s"
        case .headRoom, .drain, .surplus, .stabilisation: targetWait
        case .busyWorkers, .memoryRoom, .pressure, .noThroughput, .missingSignal, .usedSignal, .flapBudget,
            .machineBudget:
            held
        case .baseline: "the compared rule says so"
        }
    }

    private var targetWait: String {
        let work = "\(say(.arrivalRate)) jobs a second of \(say(.serviceSeconds)) s each"
        return switch rule {
        case .headRoom: "\(work) need \(say(.baseWorkers)) to wait less than \(say(.targetSeconds)) s"
        case .drain:
            "the oldest of \(say(.depth)) jobs waits for \(say(.oldestSeconds)) s; \(say(.drainWorkers)) start all of "
                + "them within \(say(.targetSeconds)) s"
        case .surplus: "\(work) need no more, and have not for \(say(.windowSeconds)) s"
        default: "fewer would do, but more were needed within the last \(say(.windowSeconds)) s"
        }
    }

    private var held: String {
        switch rule {
        case .busyWorkers: "\(say(.busyWorkers)) workers are busy, and only idle ones are let go"
        case .memoryRoom:
            "there is memory for \(say(.roomWorkers)) workers of \(mebibytes(.workerBytes)) MiB each "
                + "(\(mebibytes(.availableBytes)) MiB are available, \(say(.askedWorkers)) workers were asked for)"
        case .pressure:
            "the machine is under pressure (\(pressed) % of the time something waits, limit \(say(.limit)) %); "
                + "\(say(.askedWorkers)) were asked for"
        case .noThroughput:
            "more workers brought no more completions (\(say(.throughputBefore)) a second before, "
                + "\(say(.throughputAfter)) after); \(say(.limit)) are enough for another \(say(.holdSeconds)) s"
        case .missingSignal: "the queue's figures are missing, so nobody is let go"
        case .usedSignal:
            "the queue's figures have been acted on; the next ones tell whether \(say(.askedWorkers)) are needed"
        case .flapBudget:
            "the direction has changed \(say(.reversals)) times within an hour (limit \(say(.limit))); nobody is let go"
        default: "the machine's budget grants no more (\(say(.askedWorkers)) were asked for)"
        }
    }

    private var pressed: String {
        let kinds: [(ScalingFigure.Name, String)] = [
            (.pressureMemory, "memory"), (.pressureCPU, "cpu"), (.pressureIO, "io"),
        ]
        return kinds.first { self[$0.0] != nil }.map { "\($0.1) \(say($0.0))" } ?? "?"
    }

    private func say(_ name: ScalingFigure.Name) -> String {
        self[name]?.formattedShortly ?? "?"
    }

    private func percent(_ name: ScalingFigure.Name) -> String {
        self[name].map { ($0 * 100).formattedShortly + " %" } ?? "?"
    }

    private func mebibytes(_ name: ScalingFigure.Name) -> String {
        self[name].map { ($0 / 1_048_576).formattedShortly } ?? "?"
    }
}
