import Engine
import JobModel
import JobStore
import Scaling
import TaskJSON

/// What became of a wish to scale, as JSON.
struct ScaleDocument: Encodable {
    let from: Int
    let to: Int
    let reason: String
    let dryRun: Bool
    let pool: PoolDocument

    init(_ outcome: ScaleOutcome, isDryRun: Bool) {
        from = outcome.from
        to = outcome.to
        reason = outcome.reason
        dryRun = isDryRun
        pool = PoolDocument(outcome.pool)
    }
}

/// What a person has set for a pool, as JSON.
struct ManualScaleDocument: Encodable {
    let who: String
    /// `nil` until somebody says `auto`.
    let until: String?
    let processes: Int?
    let min: Int?
    let max: Int?

    init(_ manual: ManualScale) {
        who = manual.who
        until = manual.until.map { RFC3339.text(Timestamp(milliseconds: Int64($0 * 1000))) }
        switch manual.setting {
        case .count(let count): (processes, min, max) = (count, nil, nil)
        case .range(let minimum, let maximum): (processes, min, max) = (nil, minimum, maximum)
        }
    }
}

/// Where a service pool's queue is read, and how that goes, as JSON.
struct SignalDocument: Encodable {
    /// In words, without a password.
    let source: String
    let everySeconds: Double
    /// Of the last good reading; `nil` before there was one.
    let ageSeconds: Double?
    let depth: Int?
    /// `nil` when the source does not say.
    let oldestSeconds: Double?
    /// Why there is no reading now.
    let error: String?
    let hint: String?

    init(_ status: SignalStatus) {
        source = status.source
        everySeconds = status.interval.inSeconds
        ageSeconds = status.age?.inSeconds
        depth = status.last?.depth
        oldestSeconds = status.last?.oldestAge?.inSeconds
        error = status.failure?.message
        hint = status.failure?.hint
    }
}

/// How a pool is scaled now, as JSON.
struct ScalingDocument: Encodable {
    struct Decision: Encodable {
        let from: Int
        let to: Int
        let rule: String
        let reason: String
        let figures: [String: Double]
    }

    struct Seen: Encodable {
        let starting: Int
        let idle: Int
        let busy: Int
        let leaving: Int
        let slotsPerWorker: Int
        let runningJobs: Int
        let queueDepth: Int?
        let oldestWaitSeconds: Double?
        let arrivals: Int
        let completions: Int
        let busySeconds: Double
        let bootSeconds: Double
        let workerBytes: Int?
        let cpuFraction: Double?
        let memoryFraction: Double?
        let availableBytes: Int?
        let pressureCpuPercent: Double?
        let pressureMemoryPercent: Double?
        let pressureIoPercent: Double?
    }

    let pool: String
    /// `thresholds`, `target_wait` or `fixed`.
    let policy: String
    /// What the policy goes by; `nil` for `fixed`.
    let rules: ScalingRulesDocument?
    let `class`: String
    let manual: ManualScaleDocument?
    let wanted: Int
    let min: Int
    let max: Int
    let seen: Seen
    /// `nil` when the pool's queues are the daemon's own, or it is not scaled.
    let signal: SignalDocument?
    /// What would be decided now.
    let decision: Decision

    init(_ status: ScalingStatus) {
        let observation = status.observation
        pool = status.pool
        policy = status.rule?.name ?? "fixed"
        rules = status.rule.map(ScalingRulesDocument.init)
        `class` = status.poolClass
        manual = status.manual.map(ManualScaleDocument.init)
        wanted = observation.wanted
        min = observation.range.lowerBound
        max = observation.range.upperBound
        seen = Seen(observation, tellsAge: status.signal.map { $0.last?.oldestAge != nil } ?? true)
        signal = status.signal.map(SignalDocument.init)
        decision = Decision(status.decision)
    }
}

extension ScalingDocument.Decision {
    fileprivate init(_ decision: ScalingDecision) {
        self.init(
            from: decision.current, to: decision.wanted, rule: decision.rule.rawValue, reason: decision.sentence,
            figures: Dictionary(
                decision.figures.map { ($0.name.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first }))
    }
}

extension ScalingDocument.Seen {
    fileprivate init(_ seen: ScalingObservation, tellsAge: Bool) {
        self.init(
            starting: seen.workers.starting, idle: seen.workers.idle, busy: seen.workers.busy,
            leaving: seen.workers.leaving, slotsPerWorker: seen.slotsPerWorker, runningJobs: seen.running,
            queueDepth: seen.queue?.depth, oldestWaitSeconds: tellsAge ? seen.queue?.oldestAge.inSeconds : nil,
            arrivals: seen.totals.arrivals, completions: seen.totals.completions, busySeconds: seen.totals.busySeconds,
            bootSeconds: seen.bootTime.inSeconds, workerBytes: seen.workerBytes, cpuFraction: seen.machine.cpu,
            memoryFraction: seen.machine.memory, availableBytes: seen.machine.availableBytes,
            pressureCpuPercent: seen.machine.pressure?.cpu, pressureMemoryPercent: seen.machine.pressure?.memory,
            pressureIoPercent: seen.machine.pressure?.io)
    }
}

/// A decision that was made, as JSON.
struct ScalingRecordDocument: Encodable {
    let at: String
    let from: Int
    let to: Int
    let rule: String
    let reason: String
    let who: String?
    let figures: [String: Double]

    init(_ record: ScalingRecord) {
        at = RFC3339.text(record.at)
        from = record.from
        to = record.to
        rule = record.rule
        reason = record.reason
        who = record.who
        figures = record.figures
    }
}

struct ScalingHistoryDocument: Encodable {
    /// Newest first.
    let decisions: [ScalingRecordDocument]
}

/// Jobs that have been, for a simulation: each as the second in which it came and the seconds that it took.
struct PastJobsDocument: Encodable {
    let jobs: [[Double]]
    /// To be asked for next; `nil` at the end.
    let after: String?

    init(_ jobs: [PastJob], isFull: Bool) {
        self.jobs = jobs.map { job in
            [Double(job.enqueuedAt.milliseconds) / 1000, max(0, job.finishedAt.since(job.startedAt).inSeconds)]
        }
        after = isFull ? jobs.last?.id.description : nil
    }
}
