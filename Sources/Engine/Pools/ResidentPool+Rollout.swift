import NIOCore
import Supervision

/// A change of generations under way.
final class Rollout {
    let previous: Generation
    let target: Generation
    /// How often the way back failed.
    var failuresGoingBack = 0
    var rule: RolloutRule
    var isGoingBack = false
    /// When the last place was found to have a ready worker.
    var lastReached: Duration
    /// Armed while all are in place and are watched for a last while.
    var watch: Scheduled<Void>?

    init(from previous: Generation, to target: Generation, rule: RolloutRule, at now: Duration) {
        lastReached = now
        self.previous = previous
        self.target = target
        self.rule = rule
    }
}

/// Bringing a new generation in, one worker after the other, and back out when it does not prove itself.
extension ResidentPool {
    /// New settings for all workers: a new one is started, proves itself, takes an old one's place, and so on.
    func rollOut(_ settings: PoolSettings) {
        for slot in slots { withdrawSuccessor(of: slot, .rollout) }
        remember(takenBack: nil)
        // A rollout that is under way has not proved its generation: the way back leads to the one before.
        let previous = rollout.flatMap { $0.isGoingBack ? nil : $0.previous } ?? generation
        generations += 1
        let target = Generation(number: generations, settings: settings)
        let outcomes = RolloutRule.Outcomes(completed: previous.completed, failed: previous.failed)
        rollout = Rollout(
            from: previous, to: target, rule: RolloutRule(old: outcomes, patience: settings.rolloutPatience),
            at: context.time.uptime())
        let isResized = settings.processes != self.settings.processes || settings.bounds != self.settings.bounds
        generation = target
        renewHealth()
        lastRollout = nil
        scale(to: isResized && !isScaled ? settings.processes : wanted)
        context.emit(.rolloutStarted(pool: settings.name, generation: target.number))
        for slot in slots where slot.worker == nil {
            slot.backoff.healthy()
            fill(slot)
        }
        advanceRollout()
    }

    /// Does the next step that can be done now.
    func advanceRollout() {
        guard let rollout, !isDraining, !health.isHeld else { return }
        while self.rollout === rollout {
            if let slot = slots.first(where: { $0.successor != nil }) {
                guard let successor = slot.successor, successor.state.isCapacity, let ready = successor.readyAt
                else { return }
                switch verdict(of: rollout, readySince: ready) {
                case .wait: return arm(successor)
                case .promote:
                    rollout.rule.promote()
                    rollout.failuresGoingBack = 0
                    promote(slot, rollout.isGoingBack ? .rolledBack : .rollout)
                case .goBack(let why): return goBack(why)
                }
            } else if let slot = slots.first(where: { $0.worker.map { $0.generation !== generation } ?? false }) {
                slot.successor = spawn(for: slot)
                regroup()
                return
            } else {
                return watchLast(of: rollout)
            }
        }
    }

    /// The last ones may die as well: they are watched for as long as the first one was.
    private func watchLast(of rollout: Rollout) {
        // Those that fill empty places directly have to become ready too. Once: where workers come and go by themselves there
        // may be no moment with all of them, and no end of new ones.
        for slot in slots where slot.reachedBy != generation.number && slot.worker?.state.isCapacity ?? false {
            slot.reachedBy = generation.number
            rollout.lastReached = context.time.uptime()
        }
        guard slots.allSatisfy({ $0.reachedBy == generation.number }) else { return }
        if !rollout.isGoingBack,
            case .goBack(let why) = verdict(of: rollout, readySince: context.time.uptime())
        {
            return goBack(why)
        }
        let end = rollout.lastReached + settings.rolloutPatience
        guard !rollout.isGoingBack, context.time.uptime() < end, !slots.isEmpty else { return finishRollout() }
        guard rollout.watch == nil else { return }
        rollout.watch = context.schedule(at: end) {
            rollout.watch = nil
            self.advanceRollout()
        }
    }

    private func verdict(of rollout: Rollout, readySince ready: Duration) -> RolloutRule.Decision {
        if rollout.isGoingBack { return .promote }
        let target = rollout.target
        return rollout.rule.judge(
            .init(completed: target.completed, failed: target.failed), readyFor: context.time.uptime() - ready)
    }

    /// When a successor has to be looked at again though nothing happened.
    func rolloutCheck(of worker: Worker) -> Duration? {
        guard let rollout, !rollout.isGoingBack, !health.isHeld, let ready = worker.readyAt else { return nil }
        return rollout.rule.nextLook.map { ready + $0 }
    }

    /// Whether it is of a generation that has not proved itself yet.
    func isBeingBroughtIn(_ worker: Worker) -> Bool {
        guard let rollout else { return false }
        return rollout.isGoingBack ? worker.generation === rollout.previous : worker.generation === rollout.target
    }

    /// A worker of the generation that is being brought in died.
    func rolloutLost(_ worker: Worker, _ cause: EndCause, degradation: String?) {
        guard let rollout, !isDraining else { return }
        let words = cause.words
        if rollout.isGoingBack {
            rollout.failuresGoingBack += 1
            // Also what was there before does not live: the pool's usual restarts and its health take over.
            if rollout.failuresGoingBack > RolloutRule.deathLimit {
                return giveUpRollout("the generation before does not live either, the last worker \(words)")
            }
            return retryRollout()
        }
        if let degradation { return goBack(degradation) }
        if cause.isHold { return goBack("worker \(worker.name) \(words)") }
        if case .goBack(let why) = rollout.rule.died(words) { goBack(why) } else { retryRollout() }
    }

    private func retryRollout() {
        _ = context.schedule(at: context.time.uptime() + RestartBackoff.base) { self.advanceRollout() }
    }

    private func giveUpRollout(_ why: String) {
        guard let rollout else { return }
        for slot in slots { withdrawSuccessor(of: slot, .rolledBack) }
        self.rollout = nil
        lastRollout = (lastRollout.map { "\($0); " } ?? "") + why
        context.emit(.rolloutFailed(pool: settings.name, generation: rollout.target.number, why: why))
        advanceRecycling()
    }

    private func goBack(_ why: String) {
        guard let rollout else { return }
        context.emit(.rolloutFailed(pool: settings.name, generation: rollout.target.number, why: why))
        lastRollout = "generation \(rollout.target.number) was taken back: \(why)"
        remember(takenBack: rollout.target.settings)
        rollout.isGoingBack = true
        // The numbers may have been changed meanwhile, and hold.
        rollout.previous.settings = settings.withProgram(of: rollout.previous.settings)
        generation = rollout.previous
        renewHealth()
        for slot in slots {
            slot.reachedBy = 0
            withdrawSuccessor(of: slot, .rolledBack)
            if slot.worker == nil {
                slot.backoff.healthy()
                fill(slot)
            }
        }
        advanceRollout()
    }

    /// What was seen of the generation before says nothing about this one.
    private func renewHealth() {
        health = PoolHealth(settings.restart)
        for worker in crew { worker.isCanary = false }
    }

    private func withdrawSuccessor(of slot: Slot, _ reason: StopReason) {
        guard let successor = slot.successor else { return }
        slot.successor = nil
        dismiss([successor], reason)
    }

    private func finishRollout() {
        guard let rollout else { return }
        rollout.watch?.cancel()
        self.rollout = nil
        if !rollout.isGoingBack {
            lastRollout = "generation \(rollout.target.number) is in place"
            context.emit(.rolloutFinished(pool: settings.name, generation: rollout.target.number))
        }
        advanceRecycling()
    }
}
