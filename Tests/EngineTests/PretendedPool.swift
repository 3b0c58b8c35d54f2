import JobModel
import Scaling
import Supervision

@testable import Engine

/// A pool that is whatever a test says, and keeps what it is told.
final class PretendedPool: WorkerPool {
    var settings: PoolSettings
    var configured: PoolSettings
    var takenBack: PoolSettings? { nil }
    var demand: Int { 0 }
    var wanted: Int
    var isDraining: Bool { false }
    var isScaled = false
    var putOffRule = PutOffRule()
    var isEmpty: Bool { true }
    var isRemoved: Bool { false }
    var wantsMeasuring: Bool { false }
    var isNearMemoryLimit: Bool { false }
    /// What it tells of itself.
    var now = PoolReading()

    init(
        _ name: String = "p", kind: PoolSettings.Kind = .socket, queues: [String] = ["q"], processes: Int = 2,
        bounds: ClosedRange<Int> = 1...8, concurrency: Int = 1
    ) {
        settings = PoolSettings(
            name: name, kind: kind, command: ["x"], queues: queues, processes: processes, bounds: bounds)
        settings.concurrency = concurrency
        configured = settings
        wanted = processes
    }

    func scale(to wanted: Int) { self.wanted = settings.bounds.clamp(wanted) }
    func reading() -> PoolReading { now }

    func status() -> PoolStatus {
        PoolStatus(
            settings: settings, isRemoved: false, wanted: wanted, health: .healthy, generation: 1, rollout: .none,
            workers: [],
            backoff: 0, restarts: 0, recycled: 0, completed: 0, failed: 0, ends: [])
    }

    func start(with wanted: Int) {}
    func take(_ jobs: [ClaimedJob]) {}
    func change(to settings: PoolSettings) {}
    func rollOut(_ settings: PoolSettings) {}
    func resume() {}
    func drain() {}
    func remove() {}
    func close() {}
    func hurry() {}
    func cancel(_ lease: Lease) -> Bool { false }
    func measured(_ bytes: [UInt64: Int]) {}
    func runningMemory() -> [(type: String, usedBytes: Int)] { [] }
}
