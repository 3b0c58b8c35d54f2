import JobModel
import JobStore
import NIOCore

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
    /// Armed while jobs wait behind others that were put off.
    private var nextLook: Scheduled<Void>?

    init(context: EngineContext, pools: [any WorkerPool]) {
        self.context = context
        self.pools = pools
    }

    /// Claims for every pool what it has room for.
    func pump() {
        onChange()
        for pool in pools {
            var putOff = 0
            while true {
                let room = min(pool.demand, Self.batch)
                guard room > 0 else { break }
                let jobs = context.store.claim(from: pool.settings.queues, limit: room)
                guard !jobs.isEmpty else { break }
                let able = admitted(jobs, to: pool)
                pool.take(able)
                putOff += jobs.count - able.count
                // Where memory is short, not the whole queue is put off at once; it is looked at again with what was.
                guard putOff < Self.batch else {
                    lookAgain()
                    break
                }
                guard jobs.count == room else { break }
            }
        }
    }

    private func lookAgain() {
        guard nextLook == nil else { return }
        nextLook = context.schedule(at: context.time.uptime() + MemoryGate.delay) {
            self.nextLook = nil
            self.pump()
        }
    }

    private func admitted(_ jobs: [ClaimedJob], to pool: any WorkerPool) -> [ClaimedJob] {
        let (admitted, waiting) = context.memoryGate.admit(jobs)
        let now = context.time.now()
        let ends = waiting.map { job, why in
            AttemptEnd(
                job: InFlightJob(job), report: .noMemory(until: MemoryGate.delay, message: why), startedAt: now)
        }
        context.settler.settle(ends, worker: pool.settings.name, link: nil)
        return admitted
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
