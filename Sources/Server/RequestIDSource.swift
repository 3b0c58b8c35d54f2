import JobModel
import Synchronization

/// Ids for requests that brought none. Safe to share between threads.
package final class RequestIDSource: Sendable {
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    package init(_ generator: any RandomNumberGenerator & Sendable) {
        self.generator = Mutex(generator)
    }

    func next() -> String {
        generator.withLock { JobModel.RequestID.random(using: &$0) }
    }
}
