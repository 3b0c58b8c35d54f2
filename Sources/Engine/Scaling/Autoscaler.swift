import JobModel
import JobStore
import NIOCore
import ProcessHost
import Scaling

/// Scales all pools of the machine. Lives on the engine's event loop.
///
/// Rates and waiting times change without an event, so this is a clock; it stands still while no pool has work or more workers
/// than it must have.
final class Autoscaler {
    static let interval: Duration = .seconds(1)

    let context: EngineContext
    private let pools: () -> [any WorkerPool]
    private let records: any PoolRecords
    private(set) var settings: MachineScaling
    /// What people have set, also for pools that are not there (any more).
    private var manuals: [String: ManualScale]
    var orders = OrdersInLine()
    private var scalers: [ObjectIdentifier: PoolScaler] = [:]
    private var load = MachineLoad()
    private var lastReading: (at: Duration, machine: ScalingObservation.Machine)?
    private var timer: Scheduled<Void>?
    private var lastLook: Duration?
    /// While all is quiet, for the end of what people have set.
    private var manualTimer: Scheduled<Void>?
    /// Who has just set something, and for which pool.
    private var acting: (scaler: PoolScaler, who: String)?

    init(
        context: EngineContext, settings: MachineScaling, manuals: [String: ManualScale], records: any PoolRecords,
        pools: @escaping () -> [any WorkerPool]
    ) {
        self.context = context
        self.settings = settings
        self.manuals = manuals
        self.records = records
        self.pools = pools
        _ = machine(at: context.time.uptime())
    }

    /// Between two readings there must be some time, or they say nothing about the processors.
    private func machine(at uptime: Duration) -> ScalingObservation.Machine {
        if let lastReading, uptime - lastReading.at < Self.interval / 2 { return lastReading.machine }
        let machine = ScalingObservation.Machine(load.read())
        lastReading = (uptime, machine)
        return machine
    }

    func scaler(of pool: any WorkerPool) -> PoolScaler {
        if let known = scalers[ObjectIdentifier(pool)] { return known }
        let name = pool.settings.name
        let new = PoolScaler(pool, settings.pools[name], manuals[name])
        scalers[ObjectIdentifier(pool)] = new
        return new
    }

    func adopt(_ settings: MachineScaling) {
        self.settings = settings
        for scaler in pools().filter({ !$0.isRemoved }).map(scaler(of:)) {
            scaler.adopt(settings.pools[scaler.pool.settings.name])
            // A new one is started at the next look, when the pool has its new environment.
            if scaler.signal?.settings != scaler.scaling?.signal { scaler.stopSignal() }
        }
        // Also when nothing is left to decide: what was held back is not any more.
        if timer == nil { arm(after: .zero) }
    }

    func forget(_ pool: any WorkerPool) {
        scalers.removeValue(forKey: ObjectIdentifier(pool))?.stopSignal()
    }

    /// The daemon stops: nobody is scaled any more, and nothing more is started.
    func stopSignals() {
        for scaler in scalers.values { scaler.tendSignal(context) }
    }

    /// Something happened: jobs came, or somebody changed a setting. With much happening it still looks no more than so often.
    func wake() {
        guard timer == nil, isNeeded else { return }
        let now = context.time.uptime()
        arm(after: lastLook.map { max(.zero, $0 + Self.interval / 10 - now) } ?? .zero)
    }

    /// Whether there is anything to decide: most pools of most machines have a fixed number.
    private var isNeeded: Bool {
        !settings.pools.isEmpty || !settings.budget.isUnlimited || scalers.values.contains { $0.manual != nil }
    }

    private func arm(after delay: Duration) {
        // A look may wake itself: a pool that is scaled takes jobs.
        timer?.cancel()
        timer = context.schedule(at: context.time.uptime() + delay) {
            self.timer = nil
            self.look()
        }
    }

    // MARK: One look at all pools

    private func look() {
        manualTimer?.cancel()
        lastLook = context.time.uptime()
        endManuals(living)
        tendSignals()
        // A pool of none claims nothing, so nobody would tell it of its first job. Before the look at the queues: what comes after
        // that is told.
        if living.contains(where: { $0.wanted == 0 }) { context.store.expectJobs() }
        let outcomes = outcomes(of: living) { $0.decide($1) }
        for outcome in granted(outcomes) { apply(outcome.decision, to: outcome.scaler) }
        if !outcomes.allSatisfy({ $0.scaler.isQuiet($0.seen) }) {
            arm(after: Self.interval)
        } else {
            armForManuals(living)
        }
    }

    private var living: [any WorkerPool] { pools().filter { !$0.isRemoved && !$0.isDraining } }

    /// What each pool sees and decides. Of the machine's memory those go first that are served first of its budget: each has
    /// what the workers that are starting, and those decided on before, will not take.
    private func outcomes(
        of pools: [any WorkerPool], _ decide: (PoolScaler, ScalingObservation) -> ScalingDecision
    ) -> [Outcome] {
        let scene = scene()
        let seen = pools.map { pool in
            (
                scaler: scaler(of: pool), poolClass: poolClass(of: pool),
                seen: scaler(of: pool).observe(scene.around(pool))
            )
        }
        var promised = seen.reduce(0) { $0 + $1.seen.startingBytes }
        return seen.sorted { $0.poolClass < $1.poolClass }.map { scaler, poolClass, seen in
            var reduced = seen
            // Its own it counts itself.
            let others = promised - seen.startingBytes
            reduced.machine.availableBytes = seen.machine.availableBytes.map { max(0, $0 - others) }
            let decision = decide(scaler, reduced)
            promised += max(0, decision.wanted - decision.current) * (seen.workerBytes ?? 0)
            return Outcome(scaler: scaler, poolClass: poolClass, seen: seen, decision: decision)
        }
    }

    private func poolClass(of pool: any WorkerPool) -> ScalingBudget.PoolClass {
        settings.classes[pool.settings.name] ?? .default
    }

    private func tendSignals() {
        for scaler in pools().map(scaler(of:)) {
            scaler.tendSignal(context)
            scaler.signal?.look(at: context.time.uptime())
        }
    }

    private struct Outcome {
        let scaler: PoolScaler
        let poolClass: ScalingBudget.PoolClass
        let seen: ScalingObservation
        var decision: ScalingDecision

        /// Workers that jobs keep beyond what is decided.
        var surplus: Int { max(0, seen.workers.busy - decision.wanted) }
        /// Workers that may not be taken for others: busy ones, and all when nobody knows what they do.
        var held: Int {
            min(seen.queue == nil ? seen.workers.live : seen.workers.busy, seen.wanted, decision.wanted)
        }
        /// Programs that run one job each may be too short to be measured ever.
        var workerBytes: Int? { scaler.pool.settings.kind == .exec ? seen.workerBytes ?? 0 : seen.workerBytes }
        /// A number that nobody decides is the least as well as the most.
        var minimum: Int { scaler.scaling == nil ? decision.wanted : min(decision.wanted, seen.range.lowerBound) }
    }

    /// The decisions with what each of them is given of the machine's budget.
    private func granted(_ outcomes: [Outcome]) -> [Outcome] {
        guard !settings.budget.isUnlimited else { return outcomes }
        var budget = settings.budget
        let gone = leaving(outcomes)
        budget.withdraw(gone.processes, bytes: gone.bytes)
        let grants = budget.grants(
            outcomes.map { outcome in
                ScalingBudget.Request(
                    pool: outcome.scaler.pool.settings.name, poolClass: outcome.poolClass,
                    wanted: outcome.decision.wanted, minimum: outcome.minimum, held: outcome.held,
                    present: outcome.seen.wanted, workerBytes: outcome.workerBytes)
            })
        return zip(outcomes, grants).map { outcome, grant in
            var outcome = outcome
            outcome.decision = outcome.decision.granted(grant)
            return outcome
        }
    }

    /// What is there and has no place any more: it still takes its processes and memory.
    private func leaving(_ outcomes: [Outcome]) -> (processes: Int, bytes: Int) {
        var all = outcomes.map { ($0.seen.workers.leaving + $0.surplus, $0.seen.workerBytes) }
        for pool in pools() where !outcomes.contains(where: { $0.scaler.pool === pool }) {
            let reading = pool.reading()
            all.append((reading.workers.live + reading.workers.leaving, reading.workerBytes))
        }
        return all.reduce(into: (0, 0)) { sum, one in
            sum = (sum.0 + one.0, sum.1 + one.0 * (one.1 ?? 0))
        }
    }

    private func apply(_ decision: ScalingDecision, to scaler: PoolScaler) {
        if scaler.isNews(decision) {
            let who = acting?.scaler === scaler ? acting?.who : scaler.isHeldByHand ? scaler.manual?.who : nil
            tell(ScalingRecord(decision, pool: scaler.pool.settings.name, at: context.time.now(), who: who))
        }
        scaler.applied = decision
        if decision.wanted != decision.current { scaler.pool.scale(to: decision.wanted) }
    }

    private func tell(_ record: ScalingRecord) {
        context.emit(.poolScaled(record))
        guard let entry = record.entry else { return }
        // The journal has it as well: what the disk does not take is no reason to scale otherwise.
        records.record([entry]) { _ in }
    }

    /// What its next look would see and decide, were this set for it; without a trace.
    func foresee(_ pool: any WorkerPool, _ manual: ManualScale?) -> (
        seen: ScalingObservation, decision: ScalingDecision
    )? {
        let asked = scaler(of: pool)
        let outcomes = outcomes(of: pools().filter { !$0.isRemoved }) {
            $0.wouldDecide($1, $0 === asked ? manual : $0.manual)
        }
        return granted(outcomes).first { $0.scaler === asked }.map { ($0.seen, $0.decision) }
    }

    private func scene() -> ScalingScene {
        let uptime = context.time.uptime()
        return ScalingScene(
            uptime: uptime, now: context.time.now(), machine: machine(at: uptime), counts: context.store.counts())
    }

    // MARK: What people set

    func manual(of pool: String) -> ManualScale? { manuals[pool] }

    /// Takes over what a person has set, which is on disk already.
    func set(_ manual: ManualScale?, of pool: any WorkerPool, by who: String) {
        manuals[pool.settings.name] = manual
        let before = pool.wanted
        scaler(of: pool).set(manual)
        timer?.cancel()
        timer = nil
        acting = (scaler(of: pool), who)
        look()
        acting = nil
        // Who did it is told also when the number is the same.
        guard pool.wanted == before else { return }
        var record = ScalingRecord(
            ScalingDecision(current: before, wanted: pool.wanted, rule: .manual), pool: pool.settings.name,
            at: context.time.now(), who: who)
        record.reason = "\(pool.wanted): \(manual?.words ?? "left to its policy or configuration again")"
        tell(record)
    }

    private func endManuals(_ pools: [any WorkerPool]) {
        let now = context.time.now().secondsSince1970
        for pool in pools {
            let scaler = scaler(of: pool)
            guard let manual = scaler.manual, manual.isOver(at: now) else { continue }
            manuals[pool.settings.name] = nil
            // What is on its way to the disk takes the place of this one anyway.
            if !orders.contains(pool.settings.name) { records.setPoolSetting(nil, of: pool.settings.name) { _ in } }
            scaler.set(nil)
        }
    }

    /// The wall clock may be set meanwhile: it looks again at least once a minute.
    private func armForManuals(_ pools: [any WorkerPool]) {
        let now = context.time.now().secondsSince1970
        let ends = pools.compactMap { scaler(of: $0).manual?.until }
        guard let next = ends.min() else { return }
        let delay: Duration = min(.seconds(60), max(.milliseconds(10), .seconds(next - now)))
        manualTimer = context.schedule(at: context.time.uptime() + delay) { self.look() }
    }
}

extension ScalingObservation {
    /// What the workers that are starting will have taken.
    fileprivate var startingBytes: Int { workers.starting * (workerBytes ?? 0) }
}

extension ScalingObservation.Machine {
    init(_ reading: MachineLoad.Reading) {
        self.init(
            cpu: reading.cpu, memory: reading.memory, availableBytes: reading.availableBytes,
            pressure: .init(cpu: reading.cpuPressure, memory: reading.memoryPressure, io: reading.ioPressure))
    }
}
