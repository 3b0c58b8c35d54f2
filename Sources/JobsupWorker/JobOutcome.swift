import WorkerProtocol

/// How a handler ended.
enum JobOutcome: Sendable {
    case done([UInt8])
    /// It threw `CancellationError`: because the job was cancelled, or the worker stops, or for a reason of its own.
    case cancelled
    case other(SettlementFrame.Outcome)

    static func resultTooLarge(bytes: Int, limit: Int) -> JobOutcome {
        .other(
            .fail(
                errorType: "ResultTooLarge",
                message: "the result has \(bytes) bytes, at most \(limit) are kept (limits.result)", mayRetry: false))
    }

    /// May be retried: in a rolling update a worker that is newer than this one knows the type.
    static func unknownTask(_ type: String) -> JobOutcome {
        .other(.fail(errorType: "UnknownTask", message: "this worker has no handler for \(type)", mayRetry: true))
    }

    init(_ error: any Error) {
        switch error {
        case let retry as Retry:
            self = .other(.retry(delayMilliseconds: retry.delay.milliseconds, reason: Self.bounded(retry.reason)))
        case let snooze as Snooze:
            self = .other(.snooze(delayMilliseconds: snooze.delay.milliseconds, reason: Self.bounded(snooze.reason)))
        case let discard as Discard:
            self = .other(.discard(reason: Self.bounded(discard.reason)))
        case is CancellationError:
            self = .cancelled
        default:
            let errorType = String(describing: Swift.type(of: error)).prefix(utf8Bytes: TextLimit.name)
            let message = Self.bounded(String(describing: error))
            self = .other(.fail(errorType: errorType, message: message, mayRetry: true))
        }
    }

    private static func bounded(_ text: String) -> String {
        text.prefix(utf8Bytes: TextLimit.message)
    }
}

extension Duration {
    /// Whole milliseconds as the protocol has them: nothing below zero, at most some 49 days.
    fileprivate var milliseconds: UInt32 {
        UInt32(clamping: self / .milliseconds(1) < 0 ? 0 : Int64((self / .milliseconds(1)).rounded(.up)))
    }
}
