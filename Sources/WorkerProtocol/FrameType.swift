/// The kinds of frames and the byte each has on the wire. The numbers are the protocol: never change one.
package enum FrameType: UInt8, CaseIterable, Sendable {
    // From a worker to the daemon.
    case hello = 1
    case ready = 2
    case done = 3
    case fail = 4
    case retry = 5
    case snooze = 6
    case discard = 7
    case returned = 8
    case progress = 9
    case bye = 10

    // From the daemon to a worker.
    case welcome = 64
    case job = 65
    case cancel = 66
    case drain = 67
    case recall = 68
    case settled = 69
    /// To workers and clients alike.
    case error = 70

    // From a client to the daemon.
    case clientHello = 128
    case enqueue = 129

    // From the daemon to a client.
    case clientWelcome = 192
    case enqueued = 193
    case refused = 194

    /// Whether the frame settles a job.
    package var isSettlement: Bool { (Self.done.rawValue...Self.returned.rawValue).contains(rawValue) }
}

extension FrameType: CustomStringConvertible {
    /// The name that the protocol's documentation uses.
    package var description: String {
        switch self {
        case .hello: "HELLO"
        case .ready: "READY"
        case .done: "DONE"
        case .fail: "FAIL"
        case .retry: "RETRY"
        case .snooze: "SNOOZE"
        case .discard: "DISCARD"
        case .returned: "RETURN"
        case .progress: "PROGRESS"
        case .bye: "BYE"
        case .welcome: "WELCOME"
        case .job: "JOB"
        case .cancel: "CANCEL"
        case .drain: "DRAIN"
        case .recall: "RECALL"
        case .settled: "SETTLED"
        case .error: "ERROR"
        case .clientHello: "CLIENT_HELLO"
        case .enqueue: "ENQUEUE"
        case .clientWelcome: "CLIENT_WELCOME"
        case .enqueued: "ENQUEUED"
        case .refused: "REFUSED"
        }
    }
}
