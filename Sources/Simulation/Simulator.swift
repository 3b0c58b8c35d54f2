import Scaling

/// Plays a trace on a pool that a policy scales: a discrete-event simulation. The same trace, settings and policy give
/// the same run, to the last bit. The policy sees what a daemon could measure, and nothing else.
package struct Simulator {
    /// Seconds beyond the trace's end.
    private static let patience = 3600.0

    private let trace: Trace
    private let settings: SimulationSettings
    private var policy: any ScalingPolicy
    private var random: SeededGenerator
    private var pool = SimulatedPool()
    private var events = EventHeap()
    private var queue = JobQueue()
    private var nextArrival = 0
    private var unfinished: Int
    private var isFinished: [Bool]
    private var wanted: Int
    private var completions = 0
    /// Of slots, by attempts that have ended; and the sum of the starts of those in progress.
    private var endedBusySeconds = 0.0
    private var runningStarts = 0.0
    /// Measured as the daemon does it.
    private var boots = RecentBoots()
    private var lastChange: (isUp: Bool, time: Double)?
    private var run = SimulationRun()

    package static func run(
        _ trace: Trace, _ settings: SimulationSettings, _ policy: some ScalingPolicy
    ) -> SimulationRun {
        var simulator = Simulator(trace, settings, policy)
        return simulator.play()
    }

    private init(_ trace: Trace, _ settings: SimulationSettings, _ policy: some ScalingPolicy) {
        self.trace = trace
        self.settings = settings
        self.policy = policy
        random = SeededGenerator(seed: settings.seed)
        unfinished = trace.jobs.count
        isFinished = Array(repeating: false, count: trace.jobs.count)
        wanted = settings.range.lowerBound
        run.waits = Array(repeating: 0, count: trace.jobs.count)
    }

    private mutating func play() -> SimulationRun {
        // The pool's least number is there when the trace begins: it has been there for long, and its boots are known.
        for _ in 0..<wanted {
            _ = pool.boot(pool.start(at: 0))
            boots.add(.seconds(settings.bootSeconds))
        }
        run.starts = wanted
        events.insert(.tick, at: settings.tickSeconds)
        var now = 0.0
        // A policy that kills long jobs again and again would never come to an end.
        let limit = trace.seconds + Self.patience
        while (unfinished > 0 || now < trace.seconds) && now < limit {
            let eventTime = events.nextTime ?? .infinity
            let arrivalTime = nextArrival < trace.jobs.count ? trace.jobs[nextArrival].arrivalSeconds : .infinity
            if arrivalTime <= eventTime {
                now = arrivalTime
                queue.append(nextArrival)
                nextArrival += 1
            } else {
                guard let event = events.popFirst() else { break }
                now = event.time
                handle(event.payload, at: now)
            }
            startJobs(at: now)
        }
        run.endSeconds = now
        run.unfinished = unfinished
        for job in trace.jobs.indices where !isFinished[job] { run.waits[job] = now - trace.jobs[job].arrivalSeconds }
        run.workerSeconds = pool.workerSeconds(at: now)
        return run
    }

    private mutating func handle(_ event: EventHeap.Event, at time: Double) {
        switch event {
        case .boot(let worker, let seconds):
            if pool.boot(worker) { boots.add(.seconds(seconds)) }
        case .finish(let worker, let job):
            // One that was killed has its job no more.
            guard pool.workers[worker].state == .busy, pool.workers[worker].job == job else { return }
            endBusy(since: pool.workers[worker].jobStart, at: time)
            pool.finish(worker, at: time)
            completions += 1
            unfinished -= 1
            isFinished[job] = true
        case .kill(let worker):
            let start = pool.workers[worker].jobStart
            guard let job = pool.kill(worker, at: time) else { return }
            endBusy(since: start, at: time)
            queue.putBack(job)
            run.killedJobs += 1
        case .tick:
            decide(at: time)
            events.insert(.tick, at: time + settings.tickSeconds)
        }
    }

    private mutating func endBusy(since start: Double, at time: Double) {
        endedBusySeconds += time - start
        runningStarts -= start
    }

    private mutating func startJobs(at time: Double) {
        while let job = queue.first, let worker = pool.take(job, at: time) {
            queue.removeFirst()
            runningStarts += time
            run.waits[job] = time - trace.jobs[job].arrivalSeconds
            var seconds = trace.jobs[job].serviceSeconds
            if let bottleneck = settings.bottleneck { seconds *= max(1, Double(pool.running) / Double(bottleneck)) }
            events.insert(.finish(worker: worker, job: job), at: time + seconds)
        }
    }

    private func observe(at time: Double) -> ScalingObservation {
        let oldest = queue.first.map { time - trace.jobs[$0].arrivalSeconds } ?? 0
        return ScalingObservation(
            time: .seconds(time),
            workers: .init(starting: pool.starting, idle: pool.idle, busy: pool.busy, leaving: pool.leaving),
            running: pool.busy, wanted: wanted, range: settings.range,
            queue: .init(depth: queue.count, oldestAge: .seconds(oldest)),
            totals: .init(
                arrivals: nextArrival, completions: completions,
                busySeconds: endedBusySeconds + Double(pool.running) * time - runningStarts),
            // A machine on which nothing else is short: only the pool's own work is seen on its processors.
            machine: .init(cpu: Double(pool.running) / Double(settings.range.upperBound), memory: 0.2),
            bootTime: boots.median ?? RecentBoots.assumed)
    }

    private mutating func decide(at time: Double) {
        let observation = observe(at: time)
        let decision = policy.decide(observation)
        note(decision, at: time)
        wanted = decision.wanted
        if wanted > pool.live { grow(by: wanted - pool.live, at: time) }
        if wanted < pool.live { shrink(by: pool.live - wanted, at: time) }
        run.moments.append(
            .init(
                seconds: time, wanted: wanted, ready: pool.idle + pool.busy, processes: pool.processes,
                depth: queue.count, oldestSeconds: observation.queue?.oldestAge.inSeconds ?? 0))
    }

    private mutating func note(_ decision: ScalingDecision, at time: Double) {
        guard decision.wanted != wanted else { return }
        let isUp = decision.wanted > wanted
        if let lastChange, lastChange.isUp != isUp, time - lastChange.time <= 60 { run.reversals += 1 }
        lastChange = (isUp, time)
        run.changes += 1
        run.rules[decision.rule, default: 0] += 1
    }

    private mutating func grow(by count: Int, at time: Double) {
        for _ in 0..<count {
            let seconds = settings.bootSeconds * (1 + settings.bootSpread * (random.unit() - 0.5))
            events.insert(.boot(worker: pool.start(at: time), seconds: seconds), at: time + seconds)
        }
        run.starts += count
    }

    private mutating func shrink(by count: Int, at time: Double) {
        guard case .any(let grace) = settings.victims else {
            for _ in 0..<count { guard pool.dropIdle(at: time) else { return } }
            return
        }
        var left = count
        while left > 0, pool.dropStarting(at: time) { left -= 1 }
        guard left > 0 else { return }
        var ready = pool.ready
        for _ in 0..<min(left, ready.count) {
            let worker = ready.remove(at: random.index(below: ready.count))
            guard pool.askToLeave(worker, at: time) else { continue }
            run.busyVictims += 1
            events.insert(.kill(worker: worker), at: time + grace)
        }
    }
}
