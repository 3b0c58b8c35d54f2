import WorkerProtocol

/// Why jobs could not be enqueued.
public struct EnqueueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The words that programs tell errors apart by; the daemon's own ones are handed on as they come.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The word.
        public let rawValue: String

        /// The code with this word.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// There is nobody at the daemon's socket.
        public static let unreachable = Code(rawValue: "unreachable")
        /// The connection ended before the answer came: the jobs may be enqueued or not.
        public static let connectionLost = Code(rawValue: "connection_lost")
        /// The daemon's answer is not the protocol.
        public static let notUnderstood = Code(rawValue: "not_understood")
        /// An option that no daemon can take.
        public static let badOption = Code(rawValue: "bad_option")
        /// More than fits into one request.
        public static let requestTooLarge = Code(rawValue: "request_too_large")
        /// No pool serves the queue.
        public static let unknownQueue = Code(rawValue: "unknown_queue")
        /// A payload exceeds the daemon's `limits.payload`.
        public static let payloadTooLarge = Code(rawValue: "payload_too_large")
        /// The daemon's disk is full.
        public static let storeFull = Code(rawValue: "store_full")
    }

    /// What kind of error it is.
    public let code: Code
    /// What is wrong.
    public let message: String
    /// What to do about it; may be empty.
    public let hint: String

    /// An error.
    public init(code: Code, message: String, hint: String = "") {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// Message, hint and code, for people.
    public var description: String {
        hint.isEmpty ? "\(message) (\(code.rawValue))" : "\(message): \(hint) (\(code.rawValue))"
    }
}

extension EnqueueError {
    static let connectionLost = EnqueueError(
        code: .connectionLost, message: "the connection to jobsupd was lost before the answer came",
        hint: "the jobs may be enqueued or not; with keys, it is safe to enqueue them again")

    static func unreachable(path: String, _ error: any Error) -> EnqueueError {
        EnqueueError(
            code: .unreachable, message: "cannot connect to \(path): \(error)",
            hint: "is jobsupd running, and may this user open its socket?")
    }

    static func notUnderstood(_ message: String) -> EnqueueError {
        EnqueueError(code: .notUnderstood, message: "jobsupd sent what is not the protocol: \(message)")
    }

    static func badOption(_ message: String, hint: String) -> EnqueueError {
        EnqueueError(code: .badOption, message: message, hint: hint)
    }

    static func requestTooLarge(bytes: Int, limit: Int) -> EnqueueError {
        EnqueueError(
            code: .requestTooLarge, message: "the request has \(bytes) bytes, at most \(limit) are allowed",
            hint: "enqueue in smaller batches, or hand large payloads over by reference")
    }

    init(_ frame: RefusedFrame) {
        self.init(code: Code(rawValue: frame.code), message: frame.reason, hint: frame.hint)
    }

    /// The daemon closes the connection after this.
    init(_ frame: ErrorFrame) {
        self.init(code: Code(rawValue: frame.code), message: "jobsupd ended the connection: \(frame.message)")
    }
}
