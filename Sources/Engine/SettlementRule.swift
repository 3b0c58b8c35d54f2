import JobModel

/// What a worker, or the end of one, says about an attempt.
enum AttemptReport: Sendable {
    case done(result: [UInt8])
    case failed(type: String, message: String, mayRetry: Bool)
    case retry(after: Duration, reason: String)
    case snooze(for: Duration, reason: String)
    case discard(reason: String)
    /// It was not started: there is not so much memory free as it needs.
    case noMemory(until: Duration, message: String)
    /// The program asks for another attempt and leaves the time to the policy (exit code 75).
    case retryLater(type: String, message: String)
    /// The process died under the job; the words say how.
    case crashed(type: String, message: String)
    /// Its worker was stopped under it, for its memory.
    case interrupted(type: String, message: String)
    /// It was ended because its time was over.
    case timedOut(limit: Duration)
    case cancelled
}

/// Turns the report of an attempt into the verdict on the job. Pure: time and randomness are handed in.
struct SettlementRule {
    /// That of a job's type. Only asked for when the job did not do well.
    let policy: (String) -> JobPolicy
    let crashLimit: Int

    init(crashLimit: Int = JobPolicy.crashLimit, policy: @escaping (String) -> JobPolicy) {
        self.policy = policy
        self.crashLimit = crashLimit
    }

    /// Timeouts wait longer than errors before the next attempt: what was too slow a moment ago mostly still is.
    static let timeoutDelayFactor = 2

    func verdict(
        on report: AttemptReport, of job: InFlightJob, at now: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Verdict {
        switch report {
        case .done(let result):
            return .complete(result: result)
        case .failed(let type, let message, let mayRetry):
            let failure = Failure(cause: .error, type: type, message: message)
            guard mayRetry else { return .finish(.failed, failure: failure) }
            return again(job, failure: failure, else: .failed, at: now, factor: 1, using: &random)
        case .retryLater(let type, let message):
            let failure = Failure(cause: .retryRequested, type: type, message: message)
            return again(job, failure: failure, else: .failed, at: now, factor: 1, using: &random)
        case .retry(let delay, let reason):
            let failure = Failure(cause: .retryRequested, type: "Retry", message: reason)
            guard job.attempt < job.maxAttempts else { return .finish(.failed, failure: failure) }
            return .postpone(until: now + delay, reason: .retry, usesAttempt: true, failure: failure)
        case .snooze(let delay, let reason):
            let failure = Failure(cause: .snoozed, type: "Snooze", message: reason)
            return .postpone(until: now + delay, reason: .snoozed, usesAttempt: false, failure: failure)
        case .noMemory(let delay, let message):
            let failure = Failure(cause: .memory, type: "NoMemory", message: message)
            return .postpone(until: now + delay, reason: .memory, usesAttempt: false, failure: failure)
        case .discard(let reason):
            return .finish(.failed, failure: Failure(cause: .discarded, type: "Discard", message: reason))
        case .crashed(let type, let message):
            return crash(of: job, .crash, type: type, message: message)
        case .interrupted(let type, let message):
            // No failure; but a job that always takes more memory than there may be is as good as a poisonous one.
            return crash(of: job, .memory, type: type, message: message)
        case .timedOut(let limit):
            let message = "the attempt was ended after its limit of \(limit.inSeconds) s"
            let failure = Failure(cause: .timeout, type: "Timeout", message: message)
            return again(
                job, failure: failure, else: .timeout, at: now, factor: Self.timeoutDelayFactor, using: &random)
        case .cancelled:
            return .finish(.cancelled, failure: .cancelled)
        }
    }

    private func again(
        _ job: InFlightJob, failure: Failure, else end: JobState, at now: Timestamp, factor: Int,
        using random: inout some RandomNumberGenerator
    ) -> Verdict {
        guard job.attempt < job.maxAttempts else { return .finish(end, failure: failure) }
        let delay = policy(job.type).retry.delay(afterAttempts: job.attempt, using: &random) * factor
        return .postpone(until: now + delay, reason: .retry, usesAttempt: true, failure: failure)
    }

    private func crash(of job: InFlightJob, _ cause: FailureCause, type: String, message: String) -> Verdict {
        guard job.crashes + 1 >= crashLimit else {
            return .requeue(failure: Failure(cause: cause, type: type, message: message))
        }
        let words = "\(job.crashes + 1) workers died running it, the last: \(message)"
        return .finish(.failed, failure: Failure(cause: .quarantined, type: type, message: words))
    }
}
