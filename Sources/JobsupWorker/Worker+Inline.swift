import NIOCore
import WorkerProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Running handlers in place, without a daemon, for tests of programs that use this library.
extension Worker {
    /// Runs the handler of this type on bytes, in the caller's task.
    ///
    /// - Returns: The result's bytes; empty for a handler without a result.
    /// - Throws: What the handler throws, ``Retry``, ``Snooze`` and ``Discard`` included.
    public func runInline(
        _ type: String, bytes: [UInt8], attempt: Int = 1, maxAttempts: Int = 5, requestID: String? = nil,
        onProgress: @escaping @Sendable (JobProgress) -> Void = { _ in }
    ) async throws -> [UInt8] {
        guard let handler = handlers.withLock({ $0[type] }) else { throw WorkerError.unknownTask(type) }
        let frame = JobFrame(
            job: 1, lease: 1, attempt: UInt16(clamping: attempt), maxAttempts: UInt16(clamping: maxAttempts),
            timeoutMilliseconds: 0, enqueuedAtMilliseconds: 0, type: type, queue: "inline",
            requestID: requestID ?? "", payload: ByteBuffer(bytes: bytes))
        let context = JobContext(
            frame: frame, slot: 0, startedAt: .now, reporter: InlineReporter(onProgress), log: JobLog(isTagged: false))
        return try await handler(frame.payload, context)
    }

    /// Runs the handler of this type on a payload and decodes its result.
    public func runInline<Payload: Encodable, Output: Decodable>(
        _ type: String, _ payload: Payload, returning: Output.Type
    ) async throws -> Output {
        let result = try await runInline(type, bytes: Array(try encoder.encode(payload)))
        return try decoder.decode(Output.self, from: Data(result))
    }

    /// Runs the handler of this type on a payload; a result is dropped.
    public func runInline<Payload: Encodable>(_ type: String, _ payload: Payload) async throws {
        _ = try await runInline(type, bytes: Array(try encoder.encode(payload)))
    }
}

/// Hands every report on at once.
private final class InlineReporter: ProgressReporter {
    private let onProgress: @Sendable (JobProgress) -> Void

    init(_ onProgress: @escaping @Sendable (JobProgress) -> Void) {
        self.onProgress = onProgress
    }

    func report(_ progress: JobProgress, of job: JobFrame, slot: Int) {
        onProgress(progress)
    }
}
