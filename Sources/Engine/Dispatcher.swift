import JobModel
import JobStore
import NIOCore
import Supervision

/// Brings jobs that are at hand and workers that have room together. Lives on the engine's event loop.
///
/// It runs when something changed: jobs came to hand, a worker got room, a due time passed. It never polls.
final class Dispatcher {
    /// Jobs claimed at once: enough for every wake-up to be worth its cost, few enough to share them fairly.
    private static let batch = 512

    private let context: EngineContext
    var pools: [any WorkerPool]
    /// Called when jobs came to hand or a worker got room.
    var onChange: () -> Void = {}
    private var dueTimer: Scheduled<Void>?
    private var dueAt: Timestamp?
    /// Armed while a pool has put off as many jobs as it may at once, and others may wait behind them.
    private var nextLook: Scheduled<Void>?

    init(context: EngineContext, pools: [any WorkerPool]) {
        self.context = context
        self.pools = pools
    }

    /// Claims for every pool what it has room for.
    func pump() {
        onChange()
        // One look at the machine's memory is enough for all that is claimed now.
        var admission: MemoryAdmission?
        for pool in pools { fill(pool, &admission) }
    }

    private func fill(_ pool: any WorkerPool, _ admission: inout MemoryAdmission?) {
        let now = context.time.uptime()
        var putOff: [AttemptEnd] = []
        while true {
            let demand = pool.demand
            guard demand > 0 else { break }
            let left = pool.putOffRule.left(at: now)
            guard left > 0 else {
                lookAgain(after: now)
                break
            }
            let room = min(demand, Self.batch, left)
            let jobs = context.store.claim(from: pool.settings.queues, limit: room)
            guard !jobs.isEmpty else { break }
            let (admitted, waiting) = context.memoryGate.admit(jobs, &admission)
            pool.take(admitted)
            if !waiting.isEmpty {
                let delay = pool.putOffRule.putOff(waiting.count, at: now)
                putOff += waiting.map { end(of: $0.job, after: delay, because: $0.why) }
            }
            guard jobs.count == room else { break }
        }
        context.settler.settle(putOff, worker: pool.settings.name, link: nil)
    }

    private func end(of job: ClaimedJob, after delay: Duration, because why: String) -> AttemptEnd {
        AttemptEnd(
            job: InFlightJob(job), report: .noMemory(until: delay, message: why), startedAt: context.time.now())
    }

    private func lookAgain(after now: Duration) {
        guard nextLook == nil else { return }
        nextLook = context.schedule(at: PutOffRule.nextWindow(after: now)) {
            self.nextLook = nil
            self.pump()
        }
    }

    func received(_ signal: StoreSignal) {
        switch signal {
        case .ready: pump()
        case .due(let instant): arm(at: instant)
        case .trouble(let error?):
            context.emit(.storeTrouble(code: error.code, message: error.description, hint: error.hint))
        case .trouble(nil):
            context.emit(.storeRecovered)
            context.settler.retryUnsettled()
        }
    }

    /// Asks the store to queue what is due, and arms the timer for the next.
    func promoteDue() {
        dueTimer = nil
        dueAt = nil
        let me = NIOLoopBound(self, eventLoop: context.loop)
        let loop = context.loop
        context.store.promoteDue(at: context.time.now()) { result in
            loop.execute { me.value.promoted(result) }
        }
    }

    private func promoted(_ result: Result<Timestamp?, StoreError>) {
        switch result {
        case .success(let next):
            if let next { arm(at: next) }
            pump()
        case .failure(.closed): break
        case .failure: arm(at: context.time.now() + .seconds(1))
        }
    }

    private func arm(at instant: Timestamp) {
        if let dueAt, dueAt <= instant { return }
        dueTimer?.cancel()
        dueAt = instant
        // The wall clock may be set while the timer runs: it looks again at least once a minute.
        let wait = min(max(.zero, instant.since(context.time.now())), .seconds(60))
        dueTimer = context.schedule(at: context.time.uptime() + wait) { self.promoteDue() }
    }
}
