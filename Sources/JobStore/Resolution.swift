import JobModel

/// What a verdict does to a job, once it is known whether the job had been cancelled meanwhile.
package enum Resolution: Sendable {
    case finished(JobState, result: [UInt8], failure: Failure?)
    case pending(until: Timestamp, reason: PendingReason, usesAttempt: Bool)
    case queued

    package init(_ verdict: Verdict, cancelled: Bool) {
        if cancelled {
            self = .finished(.cancelled, result: [], failure: .cancelled)
            return
        }
        switch verdict {
        case .complete(let result): self = .finished(.completed, result: result, failure: nil)
        case .postpone(let until, let reason, let usesAttempt, _):
            self = .pending(until: until, reason: reason, usesAttempt: usesAttempt)
        case .requeue: self = .queued
        case .finish(let state, let failure):
            precondition(state.isFinished && state != .completed, "a job cannot be finished as \(state)")
            self = .finished(state, result: [], failure: failure)
        }
    }
}

extension Verdict {
    /// The state it leaves a job in.
    package func state(cancelled: Bool) -> JobState {
        if cancelled { return .cancelled }
        return switch self {
        case .complete: .completed
        case .postpone: .pending
        case .requeue: .queued
        case .finish(let state, _): state
        }
    }

    /// What went wrong, for the job's list of attempts; `nil` when nothing did.
    package var failure: Failure? {
        switch self {
        // One that waits for memory was not started.
        case .complete, .postpone(_, .memory, _, _): nil
        case .postpone(_, _, _, let failure), .requeue(let failure), .finish(_, let failure): failure
        }
    }
}
