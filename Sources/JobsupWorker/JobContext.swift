import WorkerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a handler knows about the job that it runs.
///
/// When the job is cancelled, the handler's task is: `Task.isCancelled` and `Task.checkCancellation()` tell it, and
/// `Task.sleep` and the like throw.
public struct JobContext: Sendable {
    private let frame: JobFrame
    private let slot: Int
    private let startedAt: ContinuousClock.Instant
    private let reporter: any ProgressReporter
    private let jobLog: JobLog

    init(
        frame: JobFrame, slot: Int, startedAt: ContinuousClock.Instant, reporter: any ProgressReporter, log: JobLog
    ) {
        self.frame = frame
        self.slot = slot
        self.startedAt = startedAt
        self.reporter = reporter
        jobLog = log
    }

    /// The job's id, the same for all its attempts.
    public var id: String { String(frame.job) }
    /// The job type.
    public var type: String { frame.type }
    /// The queue that the job waited in.
    public var queue: String { frame.queue }
    /// The id of the request that the job came with, `nil` when it has none: for logs, and for the jobs that this one
    /// enqueues.
    public var requestID: String? { frame.requestID.isEmpty ? nil : frame.requestID }
    /// The number of this attempt, 1 for the first.
    public var attempt: Int { Int(frame.attempt) }
    /// The attempts that the job has.
    public var maxAttempts: Int { Int(frame.maxAttempts) }
    /// Whether an error in this attempt is final.
    public var isLastAttempt: Bool { frame.attempt >= frame.maxAttempts }
    /// When the job was enqueued.
    public var enqueuedAt: Date { Date(timeIntervalSince1970: Double(frame.enqueuedAtMilliseconds) / 1000) }

    /// When jobsup ends this attempt by force, `nil` for never.
    public var deadline: ContinuousClock.Instant? {
        frame.timeoutMilliseconds == 0 ? nil : startedAt + .milliseconds(Int64(frame.timeoutMilliseconds))
    }

    /// Says how far the job has come.
    ///
    /// May be called as often as it suits the handler: at most ten reports a second are sent, the last one always.
    ///
    /// - Parameters:
    ///   - current: What is done.
    ///   - total: What there is to do, in the same unit; 0 when it is not known.
    ///   - stage: A short name for the part of the work that is under way.
    ///   - message: Anything for people to read.
    public func progress(_ current: Int, of total: Int = 0, stage: String = "", message: String = "") {
        reporter.report(
            JobProgress(current: current, total: total, stage: stage, message: message), of: frame, slot: slot)
    }

    /// Writes a line, or several, to the daemon's log, under this job's id: `jobsup job logs ID` shows them.
    ///
    /// What `print` writes gets there too, but in a process that runs several jobs nobody can say which of them wrote
    /// it; and it waits in a buffer of the C library until that is full, or flushed.
    public func log(_ text: String) {
        jobLog.log(text, of: frame.job)
    }
}

/// Takes the reports of running handlers.
protocol ProgressReporter: AnyObject, Sendable {
    func report(_ progress: JobProgress, of job: JobFrame, slot: Int)
}
