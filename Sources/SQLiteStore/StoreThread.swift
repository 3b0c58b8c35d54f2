import CLinux
import Dispatch
import Foundation
import JobStore
import Synchronization

/// A thread of the store's own: what it works on is opened on it, and never leaves it.
///
/// A plain thread, since its calls block in the kernel: in the cooperative pool they would hold up everybody.
final class StoreThread: Sendable {
    private let opened = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let failure = Mutex<StoreError?>(nil)

    /// Starts the thread and waits until `open` has run on it. What `open` gives is the thread's work.
    init(named name: String, open: @escaping @Sendable () throws -> () -> Void) throws(StoreError) {
        let thread = Thread { [self] in
            // Foundation's own setter does nothing while `start` has not returned, which may be later than this.
            clinux_name_thread(name)
            if let work = prepare(open) { work() }
            ended.signal()
        }
        thread.start()
        opened.wait()
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    private func prepare(_ open: () throws -> () -> Void) -> (() -> Void)? {
        defer { opened.signal() }
        do {
            return try open()
        } catch let error as StoreError {
            failure.withLock { $0 = error }
        } catch let error as SQLiteFailure {
            failure.withLock { $0 = error.storeError }
        } catch {
            failure.withLock { $0 = .unavailable("\(error)") }
        }
        return nil
    }

    /// Waits until its work is over.
    func join() {
        ended.wait()
        // For whoever joins after this one.
        ended.signal()
    }
}
