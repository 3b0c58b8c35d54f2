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
        for pool in pools() where !pool.isRemoved { scaler(of: pool).adopt(settings.pools[pool.settings.name]) }
        wake()
    }

    func forget(_ pool: any WorkerPool) {
        scalers.removeValue(forKey: ObjectIdentifier(pool))?.stopSignal()
    }

    /// The daemon stops: nobody is scaled any more, and nothing more is started.
    func stopSignals() {
        for scaler in scalers.values { scaler.tendSignal(context) }
    }

    /// Something happened: jobs came, or somebody changed a setting.
    func wake() {
        guard timer == nil else { return }
        arm(after: .zero)
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
        let living = pools().filter { !$0.isRemoved && !$0.isDraining }
        endManuals(living)
        tendSignals()
        // A pool of none claims nothing, so nobody would tell it of its first job. Before the look at the queues: what
        // comes after that is told.
        context.store.expectJobs()
        let scene = scene()
        let outcomes = living.map { pool in
            let scaler = scaler(of: pool)
            let seen = scaler.observe(scene.around(pool))
            return Outcome(scaler: scaler, seen: seen, decision: scaler.decide(seen))
        }
        for (outcome, grant) in zip(outcomes, granted(outcomes, besides: leaving())) {
            apply(outcome.decision.granted(grant), to: outcome.scaler)
        }
        if !outcomes.allSatisfy({ $0.scaler.isQuiet($0.seen) }) { arm(after: Self.interval) } else { armForManuals(living) }
    }

    private func tendSignals() {
        for scaler in pools().map(scaler(of:)) {
            scaler.tendSignal(context)
            scaler.signal?.look(at: context.time.uptime())
        }
    }

    /// What is there and has no place any more: it still takes its processes and memory.
    private func leaving() -> (processes: Int, bytes: Int) {
        pools().reduce(into: (0, 0)) { sum, pool in
            let reading = pool.reading()
            let workers = reading.workers
            let surplus = pool.isRemoved ? workers.live : max(0, workers.busy - pool.wanted)
            let count = workers.leaving + surplus
            sum = (sum.0 + count, sum.1 + count * (reading.workerBytes ?? 0))
        }
    }

    private struct Outcome {
        let scaler: PoolScaler
        let seen: ScalingObservation
        let decision: ScalingDecision
    }

    /// What each of them is given of the machine's budget.
    private func granted(_ outcomes: [Outcome], besides gone: (processes: Int, bytes: Int)) -> [Int] {
        guard !settings.budget.isUnlimited else { return outcomes.map(\.decision.wanted) }
        var budget = settings.budget
        budget.withdraw(gone.processes, bytes: gone.bytes)
        return budget.grants(
            outcomes.map { outcome in
                let name = outcome.scaler.pool.settings.name
                let wanted = outcome.decision.wanted
                return ScalingBudget.Request(
                    pool: name, poolClass: settings.classes[name] ?? .default, wanted: wanted,
                    // A number that nobody decides is the least as well as the most.
                    minimum: outcome.scaler.scaling == nil ? wanted : min(wanted, outcome.seen.range.lowerBound),
                    held: min(outcome.seen.workers.busy, outcome.seen.wanted), present: outcome.seen.wanted,
                    workerBytes: outcome.seen.workerBytes)
            })
    }

    private func apply(_ decision: ScalingDecision, to scaler: PoolScaler) {
        if scaler.isNews(decision) {
            let who = acting?.scaler === scaler ? acting?.who : scaler.isHeldByHand ? scaler.manual?.who : nil
            tell(ScalingRecord(decision, pool: scaler.pool.settings.name, at: context.time.now(), who: who))
        }
        if decision.wanted != decision.current { scaler.pool.scale(to: decision.wanted) }
    }

    private func tell(_ record: ScalingRecord) {
        context.emit(.poolScaled(record))
        guard let entry = record.entry else { return }
        // The journal has it as well: what the disk does not take is no reason to scale otherwise.
        records.record([entry]) { _ in }
    }

    /// Of one pool, as its next look would see it.
    func observation(of pool: any WorkerPool) -> ScalingObservation {
        scaler(of: pool).observe(scene().around(pool))
    }

    private func scene() -> ScalingScene {
        let uptime = context.time.uptime()
        return ScalingScene(
            uptime: uptime, now: context.time.now(), machine: machine(at: uptime), counts: context.store.counts(),
            pools: pools().filter { !$0.isRemoved })
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

extension ScalingObservation.Machine {
    init(_ reading: MachineLoad.Reading) {
        self.init(
            cpu: reading.cpu, memory: reading.memory, availableBytes: reading.availableBytes,
            pressure: .init(cpu: reading.cpuPressure, memory: reading.memoryPressure, io: reading.ioPressure))
    }
}
