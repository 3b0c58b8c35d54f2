import WorkerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A job to be enqueued, for batches.
public struct JobRequest: Hashable, Sendable {
    /// The job type.
    public var type: String
    /// The payload's bytes.
    public var payload: [UInt8]
    /// How the job is to be run.
    public var options: JobOptions

    /// A job whose payload is these bytes.
    public init(_ type: String, bytes: [UInt8], options: JobOptions = JobOptions()) {
        self.type = type
        self.payload = bytes
        self.options = options
    }

    /// A job whose payload is this value, as JSON.
    public init<Payload: Encodable>(
        _ type: String, _ payload: Payload, options: JobOptions = JobOptions(), encoder: JSONEncoder = JSONEncoder()
    ) throws {
        self.init(type, bytes: Array(try encoder.encode(payload)), options: options)
    }
}

extension JobRequest {
    /// What the protocol says for it, where zero and empty stand for the daemon's defaults: an option that was given
    /// may not become one of those by accident.
    func spec(at now: Date) throws(EnqueueError) -> JobSpec {
        guard (1...Int(UInt16.max)).contains(type.utf8.count) else {
            throw .badOption("the job type has \(type.utf8.count) bytes", hint: "name the job type to run")
        }
        return JobSpec(
            type: type, queue: try Self.given(options.queue, "queue"), key: try Self.given(options.key, "key"),
            requestID: try Self.given(options.requestID, "request id"),
            priority: try priority(), maxAttempts: try maxAttempts(), timeoutMilliseconds: try timeout(),
            runAtMilliseconds: try runAt(now), payload: payload)
    }

    private static func given(_ text: String?, _ option: String) throws(EnqueueError) -> String {
        guard let text else { return "" }
        guard !text.isEmpty, text.utf8.count <= UInt16.max else {
            throw .badOption("the \(option) has \(text.utf8.count) bytes", hint: "leave it out, or give it a name")
        }
        return text
    }

    private func priority() throws(EnqueueError) -> UInt8 {
        guard let priority = options.priority else { return 0 }
        guard (1...10).contains(priority.rawValue) else {
            throw .badOption("the priority is \(priority.rawValue)", hint: "give 1 (first) to 10 (last)")
        }
        return priority.rawValue
    }

    private func maxAttempts() throws(EnqueueError) -> UInt16 {
        guard let attempts = options.maxAttempts else { return 0 }
        guard let number = UInt16(exactly: attempts), number > 0 else {
            throw .badOption("maxAttempts is \(attempts)", hint: "give 1 to \(UInt16.max)")
        }
        return number
    }

    private func timeout() throws(EnqueueError) -> UInt32 {
        guard let timeout = options.timeout else { return 0 }
        let milliseconds = (timeout / .milliseconds(1)).rounded(.up)
        guard let number = UInt32(exactly: milliseconds), number > 0 else {
            throw .badOption("the timeout is \(timeout)", hint: "give more than nothing and at most 49 days")
        }
        return number
    }

    private func runAt(_ now: Date) throws(EnqueueError) -> UInt64 {
        let date: Date
        switch options.start {
        case .now: return 0
        case .after(let delay): date = now.addingTimeInterval(delay / .seconds(1))
        case .at(let given): date = given
        }
        // A moment before 1970 is as good as the first one after it: it has passed.
        guard let number = UInt64(exactly: max(1, (date.timeIntervalSince1970 * 1000).rounded(.up))) else {
            throw .badOption("the start is \(options.start)", hint: "give a moment that a calendar has")
        }
        return number
    }
}
