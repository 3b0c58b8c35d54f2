import Synchronization

@testable import ProcessHost

/// Keeps the output of a process instead of dealing with it.
final class Keeper: Sendable {
    private let batches = Mutex<[OutputBatch]>([])

    func keep(_ event: ProcessEvent) {
        if case .lines(let lines) = event { batches.withLock { $0.append(lines) } }
    }

    func letGo() {
        // Outside the lock: letting go wakes the watcher.
        let kept = batches.withLock { batches in
            defer { batches = [] }
            return batches
        }
        withExtendedLifetime(kept) {}
    }

    var bytes: Int {
        batches.withLock { batches in batches.joined().reduce(0) { $0 + $1.text.utf8.count } }
    }
}
