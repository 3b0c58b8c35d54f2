import Dispatch
import Foundation
import JobModel
import JobStore
import SQLiteStore

/// Drives a store the way the daemon does: producers enqueue from any thread, one thread claims and settles.
final class StoreDriver: Sendable {
    private let store: SQLiteStore
    private let payloadBytes: Int
    /// How many batches may be on their way at once.
    private static let batchesAhead = 8

    init(path: String, payloadBytes: Int) throws {
        self.payloadBytes = payloadBytes
        store = try SQLiteStore(SQLiteOptions(path: path))
    }

    func close() {
        store.close()
    }

    private func batch(_ count: Int) -> [NewJob] {
        (0..<count).map { _ in
            NewJob(
                type: "work", queue: "default", payload: [UInt8](repeating: 120, count: payloadBytes),
                timeoutMilliseconds: 3_600_000, enqueuedAt: Timestamp(milliseconds: 1_700_000_000_000))
        }
    }

    func claim(_ count: Int) -> Int {
        store.claim(from: ["default"], limit: count).count
    }

    /// Each client enqueues one batch, waits until it is on disk, and goes on with the next.
    func enqueue(_ total: Int, batch size: Int, clients: Int) {
        parallel(clients) { [self] _ in
            let answered = DispatchSemaphore(value: 0)
            for _ in 0..<(total / clients / size) {
                store.enqueue(batch(size)) { result in
                    guard case .success = result else { fatalError("\(result)") }
                    answered.signal()
                }
                answered.wait()
            }
        }
    }

    /// Claims and completes all that waits.
    func drain(_ total: Int, batch size: Int) {
        let came = DispatchSemaphore(value: 0)
        store.observe { if case .ready = $0 { came.signal() } }
        let room = DispatchSemaphore(value: Self.batchesAhead)
        var left = total
        while left > 0 {
            let jobs = store.claim(from: ["default"], limit: size)
            if jobs.isEmpty {
                came.wait()
                continue
            }
            left -= jobs.count
            room.wait()
            store.settle(jobs.map(Self.completed)) { result in
                guard case .success(let outcomes) = result, outcomes.count == jobs.count else {
                    fatalError("\(result)")
                }
                room.signal()
            }
        }
        // All answers are there when all room is.
        for _ in 0..<Self.batchesAhead { room.wait() }
        for _ in 0..<Self.batchesAhead { room.signal() }
    }

    /// One producer that keeps some batches on their way, and one thread that claims and completes what comes.
    func pipeline(_ total: Int, batch size: Int) {
        parallel(2) { [self] thread in
            if thread == 0 {
                drain(total, batch: size)
                return
            }
            let room = DispatchSemaphore(value: Self.batchesAhead)
            for _ in 0..<(total / size) {
                room.wait()
                store.enqueue(batch(size)) { result in
                    guard case .success = result else { fatalError("\(result)") }
                    room.signal()
                }
            }
            for _ in 0..<Self.batchesAhead { room.wait() }
            for _ in 0..<Self.batchesAhead { room.signal() }
        }
    }

    private static func completed(_ job: ClaimedJob) -> Settlement {
        Settlement(
            lease: job.lease, verdict: .complete(result: []), worker: "bench-1",
            startedAt: Timestamp(milliseconds: 1_700_000_000_001), endedAt: Timestamp(milliseconds: 1_700_000_000_002))
    }

    private func parallel(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let group = DispatchGroup()
        for index in 0..<count {
            group.enter()
            Thread {
                body(index)
                group.leave()
            }.start()
        }
        group.wait()
    }
}
