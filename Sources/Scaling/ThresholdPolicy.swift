/// Any trigger may add workers, all must agree to take one away; quick up, slow down.
package struct ThresholdPolicy: ScalingPolicy {
    private let settings: ThresholdSettings
    private var lastChange: Duration?
    private var lastWanted: Int?

    package init(_ settings: ThresholdSettings) {
        self.settings = settings
    }

    /// One signal beside its thresholds.
    private struct Trigger {
        var rule: ScalingRule
        var name: ScalingFigure.Name
        var value: Double?
        var pair: ThresholdSettings.Pair

        /// How often the threshold is in the value: what makes it more or less severe.
        var severity: Double {
            guard let value, value > pair.up else { return 0 }
            return pair.up > 0 ? value / pair.up : .infinity
        }

        var agreesToFewer: Bool { pair.down == .infinity || value.map { $0 < pair.down } ?? false }
    }

    package mutating func decide(_ observation: ScalingObservation) -> ScalingDecision {
        // Of what was granted, not of what was asked for; somebody else's change (a person's) has to settle too.
        if let lastWanted, lastWanted != observation.wanted { lastChange = observation.time }
        lastWanted = observation.wanted
        return choose(observation)
    }

    private func choose(_ observation: ScalingObservation) -> ScalingDecision {
        let current = observation.wanted
        let inRange = observation.range.clamp(current)
        guard inRange == current else {
            return ScalingDecision(
                current: current, wanted: inRange, rule: inRange > current ? .minimum : .maximum,
                figures: [ScalingFigure(.limit, inRange)])
        }
        if settings.queueDecides, observation.queue == nil {
            return ScalingDecision(current: current, wanted: current, rule: .missingSignal)
        }
        if current == 0, let depth = observation.queue?.depth, depth > 0 {
            // Nobody else is there to do it, and whoever does not tell ages never asks by them.
            return ScalingDecision(
                current: 0, wanted: 1, rule: .queueDepth,
                figures: [ScalingFigure(.depth, depth), ScalingFigure(.limit, 0)])
        }
        let triggers = triggers(observation)
        // The machine may be busy with other things: who has nothing to do needs no workers for that.
        let asking = (observation.queue?.depth ?? 0) > 0 ? triggers : triggers.filter { $0.rule == .queueDepth }
        if let worst = asking.filter({ $0.severity > 0 }).max(by: { $0.severity < $1.severity }) {
            return grow(observation, by: worst)
        }
        // The last one stays while anything waits: it would be started again for that.
        let isNeeded = current == 1 && (observation.queue?.depth ?? 0) > 0
        if !isNeeded, triggers.allSatisfy(\.agreesToFewer) { return shrink(observation, triggers) }
        return ScalingDecision(current: current, wanted: current, rule: .steady, figures: figures(triggers))
    }

    private func grow(_ observation: ScalingObservation, by worst: Trigger) -> ScalingDecision {
        let current = observation.wanted
        let figures = [ScalingFigure(worst.name, worst.value ?? 0), ScalingFigure(.limit, worst.pair.up)]
        if let left = cooldown(settings.upCooldown, at: observation.time) {
            return ScalingDecision(
                current: current, wanted: current, rule: .scaleUpCooldown,
                figures: figures + [ScalingFigure(.cooldownSeconds, left)])
        }
        // One worker just above the threshold, another for each time that the threshold fits in once more.
        let step = min(settings.largestStep, Int(min(worst.severity, 1000)))
        let wanted = observation.range.clamp(current + step)
        return ScalingDecision(
            current: current, wanted: wanted, rule: wanted == current ? .maximum : worst.rule,
            figures: figures + [ScalingFigure(.step, step)])
    }

    private func shrink(_ observation: ScalingObservation, _ triggers: [Trigger]) -> ScalingDecision {
        let current = observation.wanted
        guard current > observation.range.lowerBound else {
            return ScalingDecision(
                current: current, wanted: current, rule: .minimum, figures: [ScalingFigure(.limit, current)])
        }
        if let left = cooldown(settings.downCooldown, at: observation.time) {
            return ScalingDecision(
                current: current, wanted: current, rule: .scaleDownCooldown,
                figures: [ScalingFigure(.cooldownSeconds, left)])
        }
        return ScalingDecision(current: current, wanted: current - 1, rule: .allLow, figures: figures(triggers))
    }

    private func triggers(_ observation: ScalingObservation) -> [Trigger] {
        let ofQueue = queueTriggers(observation)
        if settings.queueDecides, ofQueue.allSatisfy(\.agreesToFewer) { return ofQueue }
        return ofQueue + [
            Trigger(rule: .cpu, name: .cpu, value: observation.machine.cpu, pair: settings.cpu),
            Trigger(rule: .memory, name: .memory, value: observation.machine.memory, pair: settings.memory),
        ]
    }

    private func queueTriggers(_ observation: ScalingObservation) -> [Trigger] {
        [
            Trigger(
                rule: .queueDepth, name: .depth, value: observation.queue.map { Double($0.depth) },
                pair: settings.queueDepth),
            Trigger(
                rule: .queueLatency, name: .oldestSeconds, value: observation.queue.map { $0.oldestAge.inSeconds },
                pair: settings.queueLatency),
        ]
    }

    private func figures(_ triggers: [Trigger]) -> [ScalingFigure] {
        triggers.compactMap { trigger in trigger.value.map { ScalingFigure(trigger.name, $0) } }
    }

    /// What is left of it.
    private func cooldown(_ length: Duration, at time: Duration) -> Duration? {
        guard let lastChange, time - lastChange < length else { return nil }
        return length - (time - lastChange)
    }
}
