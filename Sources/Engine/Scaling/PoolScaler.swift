import JobModel
import Scaling
import Signals

/// Decides how many workers one pool is to have. Lives on the engine's event loop.
final class PoolScaler {
    let pool: any WorkerPool
    private(set) var scaling: PoolScaling?
    private var policy: (any ScalingPolicy)?
    /// Of a pool whose queue is somebody else's, while it is scaled.
    private(set) var signal: SignalWatch?
    /// What a person has set.
    private(set) var manual: ManualScale?
    private var arrivals = 0
    /// What had come into which queues when it was counted last.
    private var arrived: (jobs: Int, queues: [String])?
    private var depthWasZeroAt: Duration?
    private var last: ScalingObservation?
    /// The number that the pool had when its policy was taken away. It holds as long as the configuration's stays as it was.
    private var left: (wanted: Int, configured: Int, bounds: ClosedRange<Int>)?
    /// What its workers were last measured to take, when there are none now.
    private var workerBytes: Int?
    /// When the figures of the signal were read by which the number was last changed.
    private var usedReading: Duration?
    /// What came of the last look, the machine's budget included.
    var applied: ScalingDecision?
    /// The last rule that held something back, so that it is told once.
    private var toldHold: ScalingRule?

    init(_ pool: any WorkerPool, _ scaling: PoolScaling?, _ manual: ManualScale?) {
        self.pool = pool
        self.manual = manual
        adopt(scaling)
    }

    /// A policy that changed begins without a past.
    func adopt(_ scaling: PoolScaling?) {
        guard scaling != self.scaling || policy == nil else { return }
        if scaling == nil, self.scaling != nil { left = (pool.wanted, pool.settings.processes, pool.settings.bounds) }
        self.scaling = scaling
        policy = scaling?.makePolicy()
        toldHold = nil
        pool.isScaled = scaling != nil || isHeldByHand
    }

    func set(_ manual: ManualScale?) {
        self.manual = manual
        left = nil
        toldHold = nil
        pool.isScaled = scaling != nil || isHeldByHand
    }

    var isHeldByHand: Bool {
        if case .count? = manual?.setting { return true }
        return false
    }

    /// Has the signal that the settings ask for, and none for a pool that goes. Another place is another signal as well: the
    /// pool's environment may have a new password.
    func tendSignal(_ context: EngineContext) {
        let pool = pool
        let wanted = pool.isRemoved || pool.isDraining ? nil : scaling?.signal
        if let signal, signal.settings != wanted || signal.place != SignalPlace(pool.configured) { stopSignal() }
        guard signal == nil, let wanted else { return }
        let new = SignalWatch(wanted, of: pool.configured, context: context)
        signal = new
        new.start()
    }

    func stopSignal() {
        signal?.stop()
        signal = nil
    }

    /// The number that the pool begins with.
    var initialWanted: Int {
        if case .count(let count)? = manual?.setting { return pool.settings.bounds.clamp(count) }
        return range(manual).clamp(pool.settings.processes)
    }

    private func range(_ manual: ManualScale?) -> ClosedRange<Int> {
        let bounds = pool.settings.bounds
        guard let wished = manual?.range(within: bounds) else { return bounds }
        let lower = bounds.clamp(wished.lowerBound)
        return lower...max(lower, bounds.clamp(wished.upperBound))
    }

    // MARK: Deciding

    func observe(_ around: ScalingScene.Surroundings) -> ScalingObservation {
        let reading = pool.reading()
        workerBytes = reading.workerBytes ?? workerBytes
        var queue = around.queue
        if let signal {
            queue = signal.queue(at: around.uptime)
        } else if var known = queue {
            known.depth += reading.waiting
            // Nobody looked because nothing waited.
            if let last, last.queue?.depth == 0, around.uptime - last.time > Autoscaler.interval * 3 {
                depthWasZeroAt = around.uptime - Autoscaler.interval
            }
            if known.depth == 0 { depthWasZeroAt = around.uptime }
            // A job that waited for its time was not able to run all the while since it was enqueued.
            if let depthWasZeroAt { known.oldestAge = min(known.oldestAge, around.uptime - depthWasZeroAt) }
            queue = known
        }
        let queues = pool.settings.queues
        if let arrived, arrived.queues == queues { arrivals += max(0, around.arrived - arrived.jobs) }
        arrived = (around.arrived, queues)
        return ScalingObservation(
            time: around.uptime, workers: reading.workers, slotsPerWorker: max(1, pool.settings.concurrency),
            running: reading.running, wanted: pool.wanted, range: range(manual), queue: queue,
            totals: .init(arrivals: arrivals, completions: reading.attempts, busySeconds: reading.busySeconds),
            machine: around.machine, workerBytes: workerBytes, bootTime: reading.bootTime ?? RecentBoots.assumed)
    }

    func decide(_ observation: ScalingObservation) -> ScalingDecision {
        // The policy sees all, also what a person decides: its history must not have a gap.
        let decided = policyDecision(observation).map(withFreshSignal)
        if decided?.isChange == true { usedReading = signal?.readAt }
        last = observation
        return byHand(observation, manual) ?? decided ?? undecided(observation, manual)
    }

    /// What would be decided if a person had set this, without a trace.
    func wouldDecide(_ observation: ScalingObservation, _ manual: ManualScale?) -> ScalingDecision {
        var observation = observation
        observation.range = range(manual)
        var policy = signal?.isFirstAwaited == true ? nil : policy
        let decided = (policy?.decide(observation)).map(withFreshSignal)
        return byHand(observation, manual) ?? decided ?? undecided(observation, manual)
    }

    /// Figures that were acted on do not show yet what came of it: the next ones decide whether more is needed. The pool's
    /// bounds hold at any time.
    private func withFreshSignal(_ decision: ScalingDecision) -> ScalingDecision {
        guard let signal, signal.readAt == usedReading, usedReading != nil, decision.isChange,
            decision.rule != .minimum, decision.rule != .maximum
        else { return decision }
        return decision.bound(to: decision.current, by: .usedSignal, [ScalingFigure(.askedWorkers, decision.wanted)])
    }

    /// What a person has set, as far as the pool may have so many: its bounds may have changed since.
    private func byHand(_ observation: ScalingObservation, _ manual: ManualScale?) -> ScalingDecision? {
        guard let decision = manual?.decision(observation) else { return nil }
        let clamped = pool.settings.bounds.clamp(decision.wanted)
        guard clamped != decision.wanted else { return decision }
        return decision.bound(
            to: clamped, by: clamped < decision.wanted ? .maximum : .minimum, [ScalingFigure(.limit, clamped)])
    }

    /// Without a policy the number is that of the configuration, or what a policy left; one whose signal was never read leaves
    /// it as it is.
    private func undecided(_ observation: ScalingObservation, _ manual: ManualScale?) -> ScalingDecision {
        guard scaling == nil else {
            return ScalingDecision(current: observation.wanted, wanted: observation.wanted, rule: .steady)
        }
        let configured = pool.settings.processes
        let kept = left.flatMap { left in
            left.configured == configured && left.bounds == pool.settings.bounds ? left.wanted : nil
        }
        let number = kept ?? configured
        return ScalingDecision(current: observation.wanted, wanted: range(manual).clamp(number), rule: .configured)
    }

    private func policyDecision(_ observation: ScalingObservation) -> ScalingDecision? {
        guard policy != nil, signal?.isFirstAwaited != true else { return nil }
        // Nobody looked while nothing happened: it is told now, or the quiet would be taken for a slow rise.
        if var quiet = last, observation.time - quiet.time > Autoscaler.interval * 3 {
            quiet.time = observation.time - Autoscaler.interval
            quiet.wanted = observation.wanted
            _ = policy?.decide(quiet)
        }
        return policy?.decide(observation)
    }

    /// Whether nothing can follow before something happens: no work, and as few workers as may be.
    func isQuiet(_ observation: ScalingObservation) -> Bool {
        guard let scaling else { return true }
        // Nothing wakes anybody when other people's queues grow.
        if scaling.signal != nil { return false }
        let workers = observation.workers
        return observation.queue?.depth == 0 && observation.running == 0 && workers.starting == 0 && workers.busy == 0
            && observation.wanted <= (isHeldByHand ? .max : observation.range.lowerBound)
    }

    /// Whether the decision is worth telling: a change, or something new that holds one back.
    func isNews(_ decision: ScalingDecision) -> Bool {
        guard decision.wanted == decision.current else {
            toldHold = nil
            return true
        }
        guard decision.rule.isHold else {
            if decision.rule == .steady { toldHold = nil }
            return false
        }
        defer { toldHold = decision.rule }
        return toldHold != decision.rule
    }
}

extension ScalingRule {
    /// Whether it keeps a pool from what another rule asked for, for reasons that somebody may want to know.
    fileprivate var isHold: Bool {
        switch self {
        case .maximum, .memoryRoom, .pressure, .noThroughput, .missingSignal, .flapBudget, .machineBudget: true
        default: false
        }
    }
}

extension Timestamp {
    var secondsSince1970: Double { Double(milliseconds) / 1000 }
}
