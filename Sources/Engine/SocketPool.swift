import JobModel
import NIOCore
import ProcessHost
import Supervision
import WorkerProtocol

/// A pool of long-lived workers that speak the worker protocol. Lives on the engine's event loop.
///
/// Wanted and actual are kept apart: the wanted number is the number of slots, each slot has a worker, or waits to
/// start one. Starting is in `SocketPool+Start`, ending in `SocketPool+End`.
final class SocketPool: WorkerPool {
    /// A place for one worker; it remembers how its workers fared.
    final class Slot {
        var worker: Worker?
        var backoff = RestartBackoff()
        /// Armed while the slot waits to start its next worker.
        var restart: Scheduled<Void>?
        /// Scaled away: gets no worker after this one.
        var isRetiring = false
    }

    let settings: PoolSettings
    let context: EngineContext
    var slots: [Slot] = []
    var serial = 0
    var restarts = 0
    var lastExit: String?
    var isDraining = false
    /// Of all workers that the pool ever had.
    var completed = 0
    var failed = 0
    /// Jobs that have seen so many workers die that the next death is to be theirs alone; each waits for an empty worker.
    var suspects: [ClaimedJob] = []

    init(settings: PoolSettings, context: EngineContext) {
        self.settings = settings
        self.context = context
    }

    var workers: some Sequence<Worker> { slots.lazy.compactMap(\.worker) }
    var wanted: Int { slots.count { !$0.isRetiring } }
    var isEmpty: Bool { slots.allSatisfy { $0.worker == nil } }

    var demand: Int {
        isDraining ? 0 : workers.reduce(0) { $0 + $1.credit }
    }

    func start() {
        scale(to: settings.processes)
    }

    /// Free slots of all workers first, then advance deliveries; lower places first, so that surplus workers fall idle.
    func take(_ jobs: [ClaimedJob]) {
        let now = context.time.uptime()
        var rest = admit(jobs)[...]
        for worker in workers where worker.credit > 0 && !rest.isEmpty {
            let free = min(worker.jobs.slots - worker.jobs.count, worker.credit, rest.count)
            if free > 0 { deliver(rest.prefix(free), to: worker, at: now) }
            rest = rest.dropFirst(max(0, free))
        }
        for worker in workers where !rest.isEmpty {
            let share = min(worker.credit, rest.count)
            if share > 0 { deliver(rest.prefix(share), to: worker, at: now) }
            rest = rest.dropFirst(share)
        }
        for worker in workers { worker.link?.flush() }
        if !rest.isEmpty { context.store.release(rest.map(\.lease)) }
    }

    func deliver(_ jobs: ArraySlice<ClaimedJob>, to worker: Worker, at now: Duration) {
        for job in jobs {
            worker.jobs.append(job, at: now)
            worker.link?.write(job)
        }
        worker.apply(.take, at: context.time.now())
        arm(worker)
    }

    /// What a worker's connection read in one go.
    func settled(_ frames: [SettlementFrame], by worker: Worker) {
        let now = context.time.uptime()
        let wall = context.time.now()
        var ends: [AttemptEnd] = []
        ends.reserveCapacity(frames.count)
        var returned: [Lease] = []
        var stale: [Lease] = []
        for frame in frames {
            let lease = Lease(job: JobID(Int64(bitPattern: frame.job)), token: frame.lease)
            guard let job = worker.jobs.remove(lease, at: now) else {
                stale.append(lease)
                continue
            }
            context.progress.forget(lease.job)
            if case .returned = frame.outcome {
                // Cancelled before it began: nobody else may begin it.
                if job.ending == .cancel {
                    ends.append(AttemptEnd(job: job, report: .cancelled, startedAt: wall))
                } else {
                    returned.append(job.lease)
                }
                continue
            }
            worker.prefetch.record(runMicroseconds: frame.runMicroseconds)
            let report = AttemptReport(frame.outcome, of: job, resultLimitBytes: context.limits.resultBytes)
            count(report, of: worker)
            let started = wall - .microseconds(Int64(frame.runMicroseconds))
            ends.append(AttemptEnd(job: job, report: report, startedAt: started))
        }
        if !stale.isEmpty { worker.link?.confirm(accepted: 0, stale: stale) }
        if !returned.isEmpty { context.store.release(returned) }
        context.settler.settle(ends, worker: worker.name, link: worker.link)
        if worker.jobs.waiting.isEmpty { worker.isRecalled = false }
        if worker.jobs.isEmpty { idle(worker, at: wall) } else { arm(worker) }
        context.pump()
    }

    private func count(_ report: AttemptReport, of worker: Worker) {
        if case .done = report {
            worker.completed += 1
            completed += 1
        } else {
            worker.failed += 1
            failed += 1
        }
    }

    private func idle(_ worker: Worker, at now: Timestamp) {
        slots.first { $0.worker === worker }?.backoff.healthy()
        worker.isReserved = false
        placeSuspects()
        if worker.jobs.isEmpty, worker.apply(.idle, at: now) { return }
        // Draining, and now with empty hands: it has the grace to leave.
        arm(worker)
    }

    func scale(to wanted: Int) {
        let wanted = min(max(wanted, settings.bounds.lowerBound), settings.bounds.upperBound)
        while self.wanted < wanted {
            let slot = Slot()
            slots.append(slot)
            spawn(in: slot)
        }
        while self.wanted > wanted, let victim = victim() { retire(victim) }
    }

    /// Whom the pool can miss best: nobody there yet, still starting, idle, and only then a busy one, which finishes first.
    private func victim() -> Slot? {
        let candidates = slots.filter { !$0.isRetiring }
        func cost(_ slot: Slot) -> Int {
            switch slot.worker?.state {
            case nil, .exited: 0
            case .stopping, .draining: 1
            case .starting: 2
            case .ready: 3
            case .busy: 4
            }
        }
        // The last of the cheapest: jobs go to the first places, so the last ones are the idle ones.
        return candidates.reversed().min { cost($0) < cost($1) }
    }

    private func retire(_ slot: Slot) {
        slot.isRetiring = true
        slot.restart?.cancel()
        guard let worker = slot.worker else {
            slots.removeAll { $0 === slot }
            return
        }
        drain(worker, why: "scaled down")
    }

    func drain() {
        isDraining = true
        releaseSuspects()
        for slot in slots {
            slot.restart?.cancel()
            if let worker = slot.worker { drain(worker, why: "the daemon stops") }
        }
    }

    func hurry() {
        for worker in workers { stop(worker, why: "the daemon stops at once") }
    }

    func cancel(_ lease: Lease) -> Bool {
        if cancelSuspect(lease) { return true }
        guard let worker = workers.first(where: { $0.jobs.contains(lease) }) else { return false }
        let now = context.time.uptime()
        worker.jobs.update(lease) { job in
            guard job.ending == nil else { return }
            job.ending = .cancel
            job.endingStep = 1
            job.deadline = now + settings.stopGrace
        }
        worker.link?.cancel(lease)
        arm(worker)
        return true
    }
}
