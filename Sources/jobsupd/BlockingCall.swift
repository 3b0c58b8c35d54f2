import Foundation

/// Calls that block, on a thread of their own: never in the cooperative pool.
enum BlockingCall {
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    /// The same for what may never return, as a file on a disk that does not answer: a task that is cancelled waits no longer,
    /// and gets `nil`. The thread stays until it can go on.
    static func runUntilCancelled<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        let (values, answer) = AsyncStream.makeStream(of: Value.self)
        Thread.detachNewThread {
            answer.yield(body())
            answer.finish()
        }
        for await value in values { return value }
        return nil
    }
}
