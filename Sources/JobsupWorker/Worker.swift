import NIOCore
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A program that runs jobs for jobsup.
///
/// The daemon starts the program and tells it by its environment where to connect. Give each job type its handler,
/// then run:
///
/// ```swift
/// let worker = Worker()
/// worker.task("send_mail") { (mail: Mail, job: JobContext) async throws -> Receipt in
///     try await deliver(mail)
/// }
/// await worker.runAndExit()
/// ```
public final class Worker: Sendable {
    let handlers = Mutex<[String: JobHandler]>([:])
    let build: String
    let decoder: JSONDecoder
    let encoder: JSONEncoder
    /// What runs at the moment, for ``drain()``.
    let current = Mutex<JobRunner?>(nil)

    /// - Parameters:
    ///   - build: What this program calls its version; jobsup shows it with the worker.
    ///   - decoder: Reads the payloads of typed handlers.
    ///   - encoder: Writes the results of typed handlers.
    public init(build: String = "", decoder: JSONDecoder = JSONDecoder(), encoder: JSONEncoder = JSONEncoder()) {
        self.build = build
        self.decoder = decoder
        self.encoder = encoder
    }

    /// Runs jobs of this type: their JSON payload is decoded, what the handler returns becomes the JSON result.
    ///
    /// A handler that throws ``Retry``, ``Snooze`` or ``Discard`` says itself what becomes of its job; any other
    /// error fails the attempt, and the job is tried again while it has attempts left.
    public func task<Payload: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>(
        _ type: String, _ handler: @escaping @Sendable (Payload, JobContext) async throws -> Output
    ) {
        register(type) { [decoder, encoder] payload, job in
            let input = try decoder.decode(Payload.self, from: Data(payload.readableBytesView))
            return Array(try encoder.encode(try await handler(input, job)))
        }
    }

    /// Runs jobs of this type: their JSON payload is decoded; they have no result.
    public func task<Payload: Decodable & SendableMetatype>(
        _ type: String, _ handler: @escaping @Sendable (Payload, JobContext) async throws -> Void
    ) {
        register(type) { [decoder] payload, job in
            try await handler(try decoder.decode(Payload.self, from: Data(payload.readableBytesView)), job)
            return []
        }
    }

    /// Runs jobs of this type on the payload's bytes as they were enqueued, whatever they are; the result is what the
    /// handler returns.
    public func rawTask(
        _ type: String, _ handler: @escaping @Sendable ([UInt8], JobContext) async throws -> [UInt8]
    ) {
        register(type) { payload, job in try await handler(Array(payload.readableBytesView), job) }
    }

    private func register(_ type: String, _ handler: @escaping JobHandler) {
        let earlier = handlers.withLock { $0.updateValue(handler, forKey: type) }
        precondition(earlier == nil, "the job type \(type) has two handlers")
    }
}

/// A handler with its types taken off: bytes in, bytes out.
typealias JobHandler = @Sendable (ByteBuffer, JobContext) async throws -> [UInt8]
