import NIOCore
import Supervision

/// Replacing workers that did well: the replacement is ready before the old one is told to leave.
extension ResidentPool {
    /// How many workers are replaced at the same time: a part of the pool, so that memory has room for both.
    private var surge: Int { max(1, slots.count / 4) }

    /// The next step of what is under way: to be called whenever a place was filled, emptied, made or taken away.
    func advance() {
        if rollout != nil { advanceRollout() } else { advanceRecycling() }
    }

    func recycle(_ worker: Worker, _ reason: RecycleReason) {
        guard worker.recycleReason == nil, worker.slot != nil else { return }
        worker.recycleReason = reason
        context.emit(.workerRecycling(worker.named, reason))
        advanceRecycling()
    }

    /// Lets the replacements that are ready take their places, and starts those that have their turn.
    func advanceRecycling() {
        guard !isDraining, rollout == nil else { return }
        for slot in slots {
            guard let successor = slot.successor, successor.state.isCapacity else { continue }
            // A canary has to show more than that: the old one is known to work.
            if successor.isCanary, health.state != .healthy { continue }
            promote(slot, slot.worker?.recycleReason.map(StopReason.recycled) ?? .canary)
        }
        switch health.state {
        case .healthy: startReplacements()
        case .degraded: startCanaryBeside()
        case .held: break
        }
    }

    private func startReplacements() {
        for slot in slots where slot.successor == nil && slot.restart == nil {
            guard let worker = slot.worker, worker.recycleReason != nil, worker.state.isCapacity else { continue }
            guard slots.count(where: { $0.successor != nil }) < surge else { return }
            slot.successor = spawn(for: slot)
            regroup()
        }
    }

    /// A canary comes to an empty place. When a degraded pool has none, nothing would ever show that it can live again: the
    /// canary works beside a worker that is due to be replaced, or else the first.
    private func startCanaryBeside() {
        guard canary == nil, slots.allSatisfy({ $0.worker != nil && $0.successor == nil }),
            !crew.contains(where: \.isCanary),
            let slot = slots.first(where: { $0.worker?.recycleReason != nil }) ?? slots.first
        else { return }
        let now = context.time.uptime()
        guard let due = health.start(at: now) else { return }
        guard due <= now else {
            canary = context.schedule(at: due) {
                self.canary = nil
                self.advance()
            }
            return
        }
        let successor = spawn(for: slot)
        successor.isCanary = true
        slot.successor = successor
        regroup()
    }

    /// The successor fills the slot from now on.
    func promote(_ slot: Slot, _ reason: StopReason) {
        guard let successor = slot.successor else { return }
        let old = slot.worker
        slot.worker = successor
        slot.successor = nil
        counts.recycled += 1
        slot.backoff.healthy()
        slot.successorBackoff.healthy()
        if let old { dismiss([old], reason) } else { regroup() }
    }

    /// A successor ended before it took its place; the old worker goes on.
    func successorEnded(in slot: Slot, isFault: Bool) {
        guard isFault, !isDraining, rollout == nil else { return }
        let delay = slot.successorBackoff.death(using: &context.random)
        slot.restart = context.schedule(at: context.time.uptime() + delay) {
            slot.restart = nil
            self.advanceRecycling()
        }
    }

    // MARK: Memory

    func runningMemory() -> [(type: String, usedBytes: Int)] {
        everyWorker.flatMap { worker in
            // One worker's memory counts for one of its jobs alone.
            worker.jobs.running.enumerated().map { index, job in
                (type: job.type, usedBytes: index == 0 ? worker.memoryBytes ?? 0 : 0)
            }
        }
    }

    /// Who is scaled grows as far as there is memory, and who shares a budget counts with what its workers have.
    var wantsMeasuring: Bool {
        let isCounted = settings.watchedMemory.watchesMemory || context.limitsMemoryByType()
        return (isCounted || isScaled || context.budgetsMemory()) && !isEmpty
    }

    var isNearMemoryLimit: Bool {
        let own = [settings.watchedMemory.memorySoftBytes, settings.watchedMemory.memoryHardBytes]
        return everyWorker.contains { worker in
            guard let bytes = worker.memoryBytes, worker.isMeasuredAtWork else { return true }
            let limits = worker.jobs.running.compactMap { context.memoryLimit($0.type) } + own.compactMap(\.self)
            return limits.min().map { bytes > $0 / 2 } ?? false
        }
    }

    /// What the sweep over all processes found, by the process host's number of each.
    func measured(_ bytes: [UInt64: Int]) {
        for worker in everyWorker {
            guard let id = worker.process?.id, let bytes = bytes[id] else { continue }
            worker.memoryBytes = bytes
            worker.isMeasuredAtWork = worker.readyAt != nil
            worker.peakMemoryBytes = max(worker.peakMemoryBytes ?? 0, bytes)
            judgeMemory(of: worker, bytes)
        }
    }

    private func judgeMemory(of worker: Worker, _ bytes: Int) {
        let limits = worker.jobs.running.compactMap { context.memoryLimit($0.type) }
        let isHealthy = worker.isHealthy(at: context.time.uptime())
        switch worker.recycling.measured(bytes, jobLimit: limits.min(), isHealthy: isHealthy) {
        case .warning(let bytes, let limit)?:
            context.emit(.memoryWarning(worker.named, bytes: bytes, limit: limit))
        case .recycle(let reason)?: recycle(worker, reason)
        case .stopNow(let bytes, let limit)?:
            stopForMemory(worker, .memoryLimit(bytes: bytes, limit: limit))
        case nil: break
        }
    }

    /// One that was sent SIGTERM before may have been given long to end; here it was asked often enough.
    private func stopForMemory(_ worker: Worker, _ reason: StopReason) {
        guard worker.state == .stopping else { return stop(worker, reason) }
        if case .memoryLimit = worker.stopReason { return }
        worker.stopReason = reason
        context.emit(.workerStopping(worker.named, why: reason.words))
        apply(.kill, to: worker)
        arm(worker)
    }
}
