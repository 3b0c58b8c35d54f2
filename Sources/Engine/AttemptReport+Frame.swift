import JobModel
import WorkerProtocol

extension AttemptReport {
    /// What a worker's frame says about a job, seen with what the daemon knows of it. Not for RETURN.
    init(_ outcome: SettlementFrame.Outcome, of job: InFlightJob, resultLimitBytes: Int) {
        switch outcome {
        case .done(let result) where result.readableBytes > resultLimitBytes:
            self = .resultTooLarge(bytes: result.readableBytes, limit: resultLimitBytes)
        case .done(let result):
            // Work that was finished is finished, also when its time had just run out.
            self = .done(result: Array(result.readableBytesView))
        case _ where job.ending == .timeout:
            self = .timedOut(limit: job.timeout ?? .zero)
        case .fail(let type, let message, let mayRetry):
            self = .failed(type: type, message: message, mayRetry: mayRetry)
        case .retry(let delay, let reason):
            self = .retry(after: .milliseconds(Int64(delay)), reason: reason)
        case .snooze(let delay, let reason):
            self = .snooze(for: .milliseconds(Int64(delay)), reason: reason)
        case .discard(let reason):
            self = .discard(reason: reason)
        case .returned:
            self = .snooze(for: .zero, reason: "returned")
        }
    }

    static func resultTooLarge(bytes: Int, limit: Int) -> AttemptReport {
        let message =
            "the result has \(bytes) bytes, the limit is \(limit): store it elsewhere and return a reference, "
            + "or raise limits.result"
        return .failed(type: "ResultTooLarge", message: message, mayRetry: false)
    }
}
