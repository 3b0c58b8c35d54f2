import WireSupport

@testable import WorkerProtocol

/// Messages as the test vectors write them.
extension Message {
    var vectorName: String {
        switch self {
        case .hello: "HELLO"
        case .settlement(let frame): frame.outcome.vectorName
        case .progress: "PROGRESS"
        case .bye: "BYE"
        case .welcome: "WELCOME"
        case .job: "JOB"
        case .cancel: "CANCEL"
        case .settled: "SETTLED"
        case .error: "ERROR"
        case .clientHello: "CLIENT_HELLO"
        case .enqueue: "ENQUEUE"
        case .clientWelcome: "CLIENT_WELCOME"
        case .enqueued: "ENQUEUED"
        case .refused: "REFUSED"
        case .empty(let type): "\(type)".uppercased()
        }
    }

    var vectorFields: [String: VectorValue] {
        switch self {
        case .hello(let frame): frame.vectorFields
        case .settlement(let frame): frame.vectorFields
        case .progress(let frame): frame.vectorFields
        case .bye(let frame): ["reason": .text(frame.reason)]
        case .welcome(let frame): frame.vectorFields
        case .job(let frame): frame.vectorFields
        case .cancel(let frame): ["job": .wide(frame.job), "lease": .wide(frame.lease)]
        case .settled(let frame): frame.vectorFields
        case .error(let frame): ["code": .text(frame.code), "message": .text(frame.message)]
        case .clientHello(let frame): ["protocol": .small(frame.protocolVersion), "name": .text(frame.name)]
        case .enqueue(let frame): ["request": .wide(frame.request), "jobs": .list(frame.jobs.map(\.vectorValue))]
        case .clientWelcome(let frame):
            ["protocol": .small(frame.protocolVersion), "max_frame": .small(frame.maxFrameBytes)]
        case .enqueued(let frame): frame.vectorFields
        case .refused(let frame):
            ["request": .wide(frame.request), "code": .text(frame.code), "message": .text(frame.message)]
        case .empty: [:]
        }
    }
}

extension SettlementFrame.Outcome {
    fileprivate var vectorName: String {
        switch self {
        case .done: "DONE"
        case .fail: "FAIL"
        case .retry: "RETRY"
        case .snooze: "SNOOZE"
        case .discard: "DISCARD"
        case .returned: "RETURN"
        }
    }
}

extension SettlementFrame {
    fileprivate var vectorFields: [String: VectorValue] {
        var fields: [String: VectorValue] = ["job": .wide(job), "lease": .wide(lease)]
        if outcome != .returned { fields["run_us"] = .small(runMicroseconds) }
        switch outcome {
        case .done(let result): fields["result_hex"] = .bytes(result.readableBytesView)
        case .fail(let errorType, let message, let mayRetry):
            fields["flags"] = .small(mayRetry ? 0 : 1)
            fields["error_type"] = .text(errorType)
            fields["message"] = .text(message)
        case .retry(let delay, let reason), .snooze(let delay, let reason):
            fields["delay_ms"] = .small(delay)
            fields["reason"] = .text(reason)
        case .discard(let reason): fields["reason"] = .text(reason)
        case .returned: break
        }
        return fields
    }
}

extension HelloFrame {
    fileprivate var vectorFields: [String: VectorValue] {
        [
            "protocol": .small(protocolVersion), "slots": .small(slots), "token": .text(token),
            "build": .text(build), "types": .list(types.map { .text($0) }),
        ]
    }
}

extension ProgressFrame {
    fileprivate var vectorFields: [String: VectorValue] {
        [
            "job": .wide(job), "lease": .wide(lease), "current": .small(current), "total": .small(total),
            "stage": .text(stage), "message": .text(message),
        ]
    }
}

extension WelcomeFrame {
    fileprivate var vectorFields: [String: VectorValue] {
        [
            "protocol": .small(protocolVersion), "worker": .text(workerName), "max_frame": .small(maxFrameBytes),
            "result_limit": .small(resultLimitBytes),
        ]
    }
}

extension JobFrame {
    fileprivate var vectorFields: [String: VectorValue] {
        [
            "job": .wide(job), "lease": .wide(lease), "attempt": .small(attempt),
            "max_attempts": .small(maxAttempts), "timeout_ms": .small(timeoutMilliseconds),
            "enqueued_at_ms": .wide(enqueuedAtMilliseconds), "type": .text(type), "queue": .text(queue),
            "request_id": .text(requestID), "payload_hex": .bytes(payload.readableBytesView),
        ]
    }
}

extension SettledFrame {
    fileprivate var vectorFields: [String: VectorValue] {
        let leases = stale.map { VectorValue.record(["job": .wide($0.job), "lease": .wide($0.lease)]) }
        return ["accepted": .small(accepted), "stale": .list(leases)]
    }
}

extension EnqueuedFrame {
    fileprivate var vectorFields: [String: VectorValue] {
        let receipts = jobs.map {
            VectorValue.record(["job": .wide($0.id), "existing": .small($0.existing ? 1 : 0)])
        }
        return ["request": .wide(request), "jobs": .list(receipts)]
    }
}

extension JobSpec {
    fileprivate var vectorValue: VectorValue {
        .record([
            "type": .text(type), "queue": .text(queue), "key": .text(key), "request_id": .text(requestID),
            "priority": .small(priority), "max_attempts": .small(maxAttempts),
            "timeout_ms": .small(timeoutMilliseconds),
            "run_at_ms": .wide(runAtMilliseconds), "payload_hex": .bytes(payload),
        ])
    }
}
