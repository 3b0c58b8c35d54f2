/// What no policy may do, around any of them. In this order, the later ones over the earlier ones:
///
/// 1. a missing queue signal takes nobody away;
/// 2. workers that bring no throughput are not added again for a while, and taken back as they fall idle;
/// 3. pressure on processors, memory or disks lets no pool grow, and memory only so far as workers find room;
/// 4. on the way down only idle workers are taken, and none when the hour's reversals are used up;
/// 5. the pool's own least and most hold always. A busy worker above a new maximum still ends its job: that is its
///    supervisor's rule.
package struct ScalingGuards<Policy: ScalingPolicy>: ScalingPolicy {
    private let settings: GuardSettings
    package private(set) var policy: Policy
    private var throughput: ThroughputWatch
    private var flaps: FlapBudget
    private var last: (wanted: Int, time: Duration)?

    package init(_ policy: Policy, _ settings: GuardSettings = GuardSettings()) {
        self.policy = policy
        self.settings = settings
        throughput = ThroughputWatch(settings.throughput)
        flaps = FlapBudget(settings.flaps)
    }

    package mutating func decide(_ observation: ScalingObservation) -> ScalingDecision {
        throughput.record(observation)
        // What became of the last decision: a person or the machine's budget may have had another word.
        if let last { flaps.changed(by: observation.wanted - last.wanted, at: last.time) }
        last = (observation.wanted, observation.time)
        var decision = policy.decide(observation)
        if observation.queue == nil, decision.isDown {
            decision = decision.bound(to: decision.current, by: .missingSignal)
        }
        decision = guardThroughput(decision, observation)
        if decision.isUp { decision = guardGrowth(decision, observation) }
        if decision.isDown { decision = guardShrinking(decision, observation) }
        let clamped = observation.range.clamp(decision.wanted)
        if clamped != decision.wanted {
            let rule: ScalingRule = clamped > decision.wanted ? .minimum : .maximum
            decision = decision.bound(to: clamped, by: rule, [ScalingFigure(.limit, clamped)])
        }
        return decision
    }

    private func guardThroughput(_ decision: ScalingDecision, _ observation: ScalingObservation) -> ScalingDecision {
        guard observation.queue != nil, let finding = throughput.finding(at: observation.time),
            decision.wanted > finding.ceiling
        else {
            return decision
        }
        let kept = observation.workers.live - observation.workers.idle
        let wanted = min(decision.wanted, decision.current, max(finding.ceiling, kept))
        guard wanted < decision.wanted else { return decision }
        return decision.bound(
            to: wanted, by: .noThroughput,
            [
                ScalingFigure(.throughputBefore, finding.before), ScalingFigure(.throughputAfter, finding.after),
                ScalingFigure(.limit, finding.ceiling),
                ScalingFigure(.holdSeconds, finding.until - observation.time),
                ScalingFigure(.askedWorkers, decision.wanted),
            ])
    }

    private func guardGrowth(_ decision: ScalingDecision, _ observation: ScalingObservation) -> ScalingDecision {
        let asked = ScalingFigure(.askedWorkers, decision.wanted)
        // The least that a pool must have is not held back, nor the first worker where a job waits: there would be nobody to do it.
        let needed = max(observation.range.lowerBound, (observation.queue?.depth ?? 0) > 0 ? 1 : 0)
        let least = max(decision.current, min(decision.wanted, needed))
        guard least < decision.wanted else { return decision }
        if let felt = settings.pressure.exceeded(by: observation.machine.pressure) {
            return decision.bound(to: least, by: .pressure, [felt.value, felt.limit, asked])
        }
        guard let available = observation.machine.availableBytes, let each = observation.workerBytes, each > 0 else {
            return decision
        }
        // Those that are starting have not taken theirs yet.
        let free = max(0, available - settings.reservedBytes) / each - observation.workers.starting
        let room = max(least, observation.workers.live + max(0, free))
        guard room < decision.wanted else { return decision }
        return decision.bound(
            to: room, by: .memoryRoom,
            [
                ScalingFigure(.roomWorkers, room), ScalingFigure(.workerBytes, each),
                ScalingFigure(.availableBytes, available), asked,
            ])
    }

    private func guardShrinking(_ decision: ScalingDecision, _ observation: ScalingObservation) -> ScalingDecision {
        var decision = decision
        let kept = observation.workers.live - observation.workers.idle
        if decision.wanted < kept {
            decision = decision.bound(
                to: min(decision.current, kept), by: .busyWorkers,
                [ScalingFigure(.busyWorkers, observation.workers.busy), ScalingFigure(.askedWorkers, decision.wanted)])
        }
        guard decision.isDown, !flaps.allowsShrinking(at: observation.time) else { return decision }
        return decision.bound(
            to: decision.current, by: .flapBudget,
            [
                ScalingFigure(.reversals, flaps.reversals(at: observation.time)),
                ScalingFigure(.limit, settings.flaps.reversals), ScalingFigure(.askedWorkers, decision.wanted),
            ])
    }
}
