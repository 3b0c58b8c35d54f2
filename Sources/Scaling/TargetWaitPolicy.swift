/// As many workers as keep the wait of jobs below a target, and no more.
///
/// Two needs, of which the larger one counts:
/// - *head-room*: enough for what arrives, so that chance alone makes few jobs wait too long (Erlang C);
/// - *drain*: enough for what waits, so that each of its jobs starts in its time (``Backlog``).
///
/// Growth is at once. Only idle workers are let go, and only down to the largest need of the stabilisation window.
package struct TargetWaitPolicy: ScalingPolicy {
    package let settings: TargetWaitSettings
    private let rate: ArrivalRate
    private var history: TotalsHistory
    private var service: ServiceTime
    private var boots = BootLedger()
    private var window: StabilisationWindow

    package init(_ settings: TargetWaitSettings) {
        self.settings = settings
        let longest = max(300, settings.longestHorizon.inSeconds, settings.target.inSeconds)
        rate = ArrivalRate(
            horizons: .init(
                short: settings.shortHorizon.inSeconds, long: settings.longHorizon.inSeconds,
                enough: settings.enoughJobs, surprise: settings.surprise),
            longest: longest)
        service = ServiceTime(
            .init(short: 30, long: 300, weight: 20, assumed: settings.assumedService.inSeconds))
        history = TotalsHistory(length: longest)
        window = StabilisationWindow(
            .init(
                length: settings.stabilisation.inSeconds, flapSeconds: 60, widening: settings.widening,
                widest: settings.widest, halfLife: settings.wideningHalfLife.inSeconds))
    }

    package mutating func decide(_ observation: ScalingObservation) -> ScalingDecision {
        let time = observation.time.inSeconds
        history.record(observation.totals, at: time)
        service.record(observation.totals)
        boots.record(starting: observation.workers.starting, at: time)
        guard let queue = observation.queue else {
            return ScalingDecision(
                current: observation.wanted, wanted: observation.wanted, rule: .missingSignal)
        }
        let need = need(observation, queue, at: time)
        let asked = observation.range.clamp(max(need.base, need.drain))
        let kept = window.largest(adding: observation.range.clamp(max(need.keep, need.drain)), at: time)
        let figures = need.figures + [ScalingFigure(.windowSeconds, window.seconds)]
        return choose(observation, need, asked: asked, kept: kept, figures)
    }

    private struct Need {
        var base: Int
        /// What of the head-room is not let go: more than is grown to, so that chance does not sway the pool.
        var keep: Int
        var drain: Int
        var figures: [ScalingFigure]
    }

    private func need(_ observation: ScalingObservation, _ queue: ScalingObservation.Queue, at time: Double) -> Need {
        let target = settings.target.inSeconds
        let serviceSeconds = service.estimate(history)
        let arrivals = rate.estimate(history)
        let slots = max(1, observation.slotsPerWorker)
        let load = arrivals * serviceSeconds
        let planned = settings.margin * target
        // A tenth of the target is for noticing.
        let bootsInTime = observation.bootTime.inSeconds + 0.1 * target <= planned
        let limit = observation.range.upperBound * slots
        func base(_ share: Double) -> Int {
            let servers = ErlangC.servers(
                load: load, wait: planned, service: serviceSeconds, share: share, limit: limit)
            return (servers + slots - 1) / slots
        }
        let backlog = Backlog(
            observation: observation, queue: queue, history: history, boots: boots.boots, time: time,
            serviceSeconds: serviceSeconds, arrivalRate: arrivals, target: target,
            planned: planned, deviations: settings.drainDeviations)
        // However rarely jobs come: without a worker the first would wait for ever.
        let least = queue.depth > 0 || observation.running > 0 ? 1 : 0
        let grow = max(least, base(bootsInTime ? settings.growthShare : settings.missShare))
        let keep = bootsInTime ? base(settings.relaxedShare) : grow
        let missing = backlog.missingWorkers
        let drain = missing > 0 ? observation.workers.live + missing : 0
        return Need(
            base: grow, keep: max(grow, keep), drain: drain,
            figures: [
                ScalingFigure(.depth, queue.depth), ScalingFigure(.oldestSeconds, queue.oldestAge),
                ScalingFigure(.targetSeconds, target), ScalingFigure(.arrivalRate, arrivals),
                ScalingFigure(.serviceSeconds, serviceSeconds), ScalingFigure(.bootSeconds, observation.bootTime),
                ScalingFigure(.offeredLoad, load), ScalingFigure(.baseWorkers, grow),
                ScalingFigure(.drainWorkers, drain),
            ])
    }

    private mutating func choose(
        _ observation: ScalingObservation, _ need: Need, asked: Int, kept: Int, _ figures: [ScalingFigure]
    ) -> ScalingDecision {
        let current = observation.wanted
        let time = observation.time.inSeconds
        if asked > current {
            window.grew(at: time)
            let rule: ScalingRule =
                max(need.base, need.drain) < asked ? .minimum : need.drain > need.base ? .drain : .headRoom
            return ScalingDecision(current: current, wanted: asked, rule: rule, figures: figures)
        }
        guard asked < current else {
            let isAtMost = max(need.base, need.drain) > asked
            return ScalingDecision(
                current: current, wanted: current, rule: isAtMost ? .maximum : .steady, figures: figures)
        }
        guard kept < current else {
            return ScalingDecision(current: current, wanted: current, rule: .stabilisation, figures: figures)
        }
        let workers = observation.workers
        let wanted = observation.range.clamp(max(kept, workers.live - workers.idle))
        guard wanted < current else {
            let figures = [ScalingFigure(.busyWorkers, workers.busy), ScalingFigure(.askedWorkers, kept)] + figures
            return ScalingDecision(current: current, wanted: current, rule: .busyWorkers, figures: figures)
        }
        window.shrank(at: time)
        return ScalingDecision(current: current, wanted: wanted, rule: .surplus, figures: figures)
    }
}
