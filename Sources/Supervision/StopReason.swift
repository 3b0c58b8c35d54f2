/// Why the daemon asks a worker to leave, or ends it.
package enum StopReason: Hashable, Sendable {
    /// The worker itself said that it leaves.
    case left(String)
    case scaledDown
    case poolRemoved
    case shutdown
    /// The daemon stops without waiting.
    case hurry
    case recycled(RecycleReason)
    /// A newer generation took its place.
    case rollout
    /// It is of a generation that did not prove itself.
    case rolledBack
    /// Its pool was degraded, and the worker that was started beside it did well.
    case canary
    case bootTimeout(Duration)
    case memoryLimit(bytes: Int, limit: Int)
    /// Its job went on after its time, and after it was asked to end.
    case jobTimeout(job: String)
    /// Its job was cancelled and went on.
    case jobCancelled(job: String)
    /// Zero when it was the worker itself that asked for it (`WATCHDOG=trigger`).
    case watchdog(Duration)
    case lostConnection(String)
    case didNotLeave

    /// Whether it is the worker that went wrong.
    package var isFault: Bool {
        switch self {
        case .bootTimeout, .memoryLimit, .jobTimeout, .watchdog, .lostConnection: true
        default: false
        }
    }

    /// Whether it is not left to the worker how long it takes to end.
    package var isForced: Bool {
        if case .jobCancelled = self { true } else { isFault }
    }

    /// As the end of "stopping worker mail-3: …".
    package var words: String {
        switch self {
        case .left(let reason): reason.isEmpty ? "left by itself" : reason
        case .scaledDown: "scaled down"
        case .poolRemoved: "its pool is not in the configuration any more"
        case .shutdown: "the daemon stops"
        case .hurry: "the daemon stops at once"
        case .recycled(.jobs(let count)): "recycled after \(count) \(count == 1 ? "job" : "jobs")"
        case .recycled(.age(let age)): "recycled after \(age.inWords)"
        case .recycled(.memory(let bytes, let limit)):
            "recycled with \(bytes.inMebibytes), which is more than the soft limit of \(limit.inMebibytes)"
        case .rollout: "a newer generation took its place"
        case .rolledBack: "its generation did not prove itself"
        case .canary: "the canary of its pool did well and took its place"
        case .bootTimeout(let limit): "not ready within \(limit.inWords) of its start"
        case .memoryLimit(let bytes, let limit):
            "it has \(bytes.inMebibytes), which is more than the hard limit of \(limit.inMebibytes)"
        case .jobTimeout(let job): "job \(job) did not end when it was asked to after its time"
        case .jobCancelled(let job): "job \(job) was cancelled and did not end when it was asked to"
        case .watchdog(.zero): "it said itself that it has failed"
        case .watchdog(let interval): "no sign of life for \(interval.inWords)"
        case .lostConnection(let why): why
        case .didNotLeave: "did not leave after its last job"
        }
    }
}

extension Int {
    /// Bytes for people: `812 MiB`.
    package var inMebibytes: String {
        self >= 10 << 20 ? "\(self >> 20) MiB" : "\(self >> 10) KiB"
    }
}
