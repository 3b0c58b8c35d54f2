/// How many workers are missing so that every job which waits starts in its time.
///
/// Jobs start in the order of their arrival, so it is known from the arrivals of the last moments how many of those that
/// wait must have started `h` seconds from now: all but those which arrived in the last `planned − h` seconds. Until
/// then start as many as there are free slots, as running jobs end (`slots·h/S`), and as slots of booting workers bring
/// (`1 + (h − r)/S` each, once they are ready in `r` seconds). What is missing at any `h` is brought by `x` further
/// workers, of which each brings `slots·(1 + (h − D)/S)` after the boot time `D`. The largest such `x` is the answer:
/// the demand-bound test of deadline scheduling (Baruah, Rosier and Howell, 1990), and the causal half of the taut
/// string that the oracle pulls. Beyond the planned wait the arrivals are thought to go on.
struct Backlog {
    var observation: ScalingObservation
    var queue: ScalingObservation.Queue
    var history: TotalsHistory
    var boots: [(time: Double, count: Int)]
    /// This and all that follow in seconds.
    var time: Double
    var serviceSeconds: Double
    var arrivalRate: Double
    var target: Double
    var planned: Double
    /// Standard deviations of head-room for the work.
    var deviations: Double

    private static let looks = 24

    var missingWorkers: Int {
        guard queue.depth > 0 else { return 0 }
        let slots = Double(max(1, observation.slotsPerWorker))
        let boot = observation.bootTime.inSeconds
        // What a new worker cannot do in time by any means, it is at least to do soon.
        let soon = 0.1 * target
        var missing = 0.0
        var looked = -1.0
        for look in 0...Self.looks + 1 {
            // The last look is one planned wait further: do the arrivals that go on find the backlog gone?
            let ahead = look > Self.looks ? 2 * planned : planned * Double(look) / Double(Self.looks)
            let horizon = max(ahead, boot + soon)
            guard horizon > looked || ahead > planned else { continue }
            looked = horizon
            let due = Double(due(within: horizon)) + arrivalRate * max(0, horizon - planned)
            let lacking = due - startable(within: horizon) + deviations * spread(due)
            guard lacking > 0 else { continue }
            missing = max(missing, lacking / (slots * (1 + (horizon - boot) / serviceSeconds)))
        }
        // A hundredth of a worker is no worker.
        return max(0, Int(roundingUp: missing - 0.05))
    }

    /// Jobs that wait now and must have started within `seconds`.
    private func due(within seconds: Double) -> Int {
        let slack = planned - seconds
        guard slack > 0 else { return queue.depth }
        return max(0, queue.depth - history.arrivals(within: slack).jobs)
    }

    /// Jobs that start within `seconds` without any further worker.
    private func startable(within seconds: Double) -> Double {
        let slots = Double(max(1, observation.slotsPerWorker))
        let ready = Double(observation.workers.ready) * slots
        var jobs = max(0, ready - Double(observation.running)) + ready * seconds / serviceSeconds
        for start in boots {
            let left = max(0, observation.bootTime.inSeconds - (time - start.time))
            guard left <= seconds else { continue }
            jobs += Double(start.count) * slots * (1 + (seconds - left) / serviceSeconds)
        }
        return jobs
    }

    /// Of a sum of as many service times with a deviation like their mean, in jobs; but a handful of jobs that wait
    /// is chance enough by itself.
    private func spread(_ jobs: Double) -> Double {
        jobs > 1 ? (jobs - 1).squareRoot() : 0
    }
}
