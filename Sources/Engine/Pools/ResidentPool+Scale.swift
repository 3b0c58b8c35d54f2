import JobModel
import Supervision

/// How many workers there are, and how a pool comes to its end.
extension ResidentPool {
    func scale(to wanted: Int) {
        let wanted = min(max(wanted, settings.bounds.lowerBound), settings.bounds.upperBound)
        while slots.count < wanted {
            let slot = Slot()
            slots.append(slot)
            fill(slot)
        }
        while slots.count > wanted, let victim = victim() { retire(victim, .scaledDown) }
        advance()
    }

    /// Whom the pool can miss best: nobody there yet, still starting, idle, and only then a busy one, which finishes first.
    private func victim() -> Slot? {
        func cost(_ worker: Worker?) -> Int {
            switch worker?.state {
            case nil, .exited: 0
            case .stopping, .killing, .unkillable, .draining: 1
            case .spawning, .starting: 2
            case .ready: 3
            case .busy: 4
            }
        }
        // The last of the cheapest: jobs go to the first places, so the last ones are the idle ones.
        return slots.reversed().min {
            max(cost($0.worker), cost($0.successor)) < max(cost($1.worker), cost($1.successor))
        }
    }

    private func retire(_ slot: Slot, _ reason: StopReason) {
        slot.restart?.cancel()
        slots.removeAll { $0 === slot }
        let workers = [slot.worker, slot.successor].compactMap(\.self)
        dismiss(workers, reason)
    }

    /// Lets workers go that have no place any more.
    func dismiss(_ workers: [Worker], _ reason: StopReason) {
        for worker in workers {
            worker.slot = nil
            leaving.append(worker)
        }
        regroup()
        for worker in workers { leave(worker, reason) }
    }

    func change(to settings: PoolSettings) {
        let isResized = settings.processes != self.settings.processes || settings.bounds != self.settings.bounds
        // Its workers go on: the same generation under settings that are as good for them.
        generation.settings = settings
        if let rollout { rollout.previous.settings = settings.withProgram(of: rollout.previous.settings) }
        health.policy = settings.restart
        scale(to: isResized && !isScaled ? settings.processes : wanted)
    }

    func drain() {
        isDraining = true
        wind(down: .shutdown)
    }

    func remove() {
        isRemoved = true
        isDraining = true
        wind(down: .poolRemoved)
    }

    private func wind(down reason: StopReason) {
        rollout = nil
        releaseSuspects()
        for slot in slots { slot.restart?.cancel() }
        for worker in everyWorker { leave(worker, reason) }
    }

    func close() {
        closeNotifySocket()
    }

    func hurry() {
        isHurried = true
        for worker in everyWorker {
            if worker.state == .stopping {
                // It was asked already, and may have been given a long time.
                let soon = context.time.uptime() + hurryGrace
                worker.stateDeadline = worker.stateDeadline.map { min($0, soon) } ?? soon
                arm(worker)
            } else {
                stop(worker, .hurry)
            }
        }
    }

    /// What a worker gets to end when nobody waits for it.
    var hurryGrace: Duration { min(settings.stopGrace, .seconds(10)) }

    func resume() {
        recovered()
        for slot in slots where slot.worker == nil {
            slot.backoff.healthy()
            fill(slot)
        }
        advance()
    }
}
