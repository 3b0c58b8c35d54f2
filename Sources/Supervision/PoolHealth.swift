/// Whether the workers of a pool fare well enough to be started as usual. No clock, no I/O: instants are those of a
/// monotonic clock that the caller reads.
///
/// A pool whose workers die too often, or take many different jobs down with them while none is completed, is
/// *degraded*: its dead are not replaced, but for one *canary* a minute. The first canary that does well ends it. A
/// pool is never given up.
package struct PoolHealth: Sendable {
    package enum State: Hashable, Sendable {
        case healthy
        case degraded(why: String)
        /// A worker ended with the code that asks for it: nothing is started until somebody says so.
        case held(why: String)
    }

    /// EX_TEMPFAIL and others mean "try again"; this one, which shells give when the command itself failed, means "do
    /// not".
    package static let holdExitCode: Int32 = 125
    package static let canaryInterval: Duration = .seconds(60)
    /// So many different jobs whose workers died, with none completed in between, are the program's fault.
    package static let crashedJobLimit = 5

    package private(set) var state = State.healthy
    /// May be changed at any time.
    package var policy: RestartPolicy
    /// While it is healthy: newest last; none older than the longest interval.
    private var deaths: [Duration] = []
    private var crashedJobs: Set<Int64> = []
    /// Those of them that were given the benefit of the doubt.
    private var excusedJobs: Set<Int64> = []
    private var nextCanary: Duration?

    package init(_ policy: RestartPolicy) {
        self.policy = policy
    }

    package var isDegraded: Bool { if case .degraded = state { true } else { false } }
    package var isHeld: Bool { if case .held = state { true } else { false } }

    /// Whether jobs were completed since workers died the last time.
    package var hasProof: Bool { crashedJobs.isEmpty }

    /// A worker ended unexpectedly with these jobs in hand. Says whether the pool became degraded by it.
    package mutating func death(at now: Duration, jobs: [Int64], wanted: Int) -> Bool {
        // More than the limit say nothing more, and a pool may stay degraded for weeks.
        for job in jobs where crashedJobs.count < Self.crashedJobLimit { crashedJobs.insert(job) }
        guard state == .healthy else { return false }
        deaths.append(now)
        let rates = policy.rates(wanted: wanted)
        let longest = rates.map(\.interval).max() ?? .zero
        deaths.removeAll { now - $0 > longest }
        if crashedJobs.count >= Self.crashedJobLimit {
            degrade(
                at: now,
                why: "\(crashedJobs.count) different jobs took their workers down, and none was completed in between: "
                    + "the program seems broken")
            return true
        }
        for rate in rates where deaths.count(where: { now - $0 <= rate.interval }) >= rate.deaths {
            degrade(at: now, why: "\(rate.deaths) workers died within \(rate.interval.inWords)")
            return true
        }
        return false
    }

    /// Whether one more crash of a job, with which it would be given up, may well be the program's fault: other jobs took their
    /// workers down, too, and none was completed since. That holds once for a job, or two bad ones would excuse each other for
    /// ever.
    package mutating func excuses(job: Int64) -> Bool {
        crashedJobs.contains { $0 != job } && excusedJobs.insert(job).inserted
    }

    /// A job was completed by any of its workers.
    package mutating func completedJob() {
        if !crashedJobs.isEmpty { (crashedJobs, excusedJobs) = ([], []) }
    }

    /// A canary did well, or somebody said so. Says whether that changed anything.
    package mutating func recover() -> Bool {
        guard state != .healthy else { return false }
        state = .healthy
        deaths = []
        (crashedJobs, excusedJobs) = ([], [])
        nextCanary = nil
        return true
    }

    package mutating func hold(why: String) {
        state = .held(why: why)
    }

    /// When the next worker may be started: at once, at an instant, or not before somebody says so (`nil`). Counts the
    /// canary.
    package mutating func start(at now: Duration) -> Duration? {
        let start = earliestStart(at: now)
        if isDegraded, start == now { nextCanary = now + Self.canaryInterval }
        return start
    }

    /// The same for whoever only asks.
    package func earliestStart(at now: Duration) -> Duration? {
        switch state {
        case .healthy: now
        case .held: nil
        case .degraded: max(now, nextCanary ?? now)
        }
    }

    private mutating func degrade(at now: Duration, why: String) {
        state = .degraded(why: why)
        nextCanary = now + Self.canaryInterval
    }
}
