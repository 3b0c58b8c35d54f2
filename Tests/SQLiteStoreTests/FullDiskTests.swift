import Foundation
import JobModel
import JobStore
import SQLiteStore
import StoreConformance
import Testing

private final class DiskPlace: StorePlace {
    let path: String

    init(_ directory: String) {
        path = directory + "/jobs.db"
    }

    func open() throws -> any JobStore {
        try SQLiteStore(SQLiteOptions(path: path, window: ReadyWindow(jobs: 20, bytes: 1 << 20), checkpointPages: 100))
    }

    var isDurable: Bool { true }
}

/// A file that takes all the room there is.
private struct Ballast {
    private let file: URL

    init(_ directory: String) {
        file = URL(filePath: directory + "/ballast")
    }

    func fill() throws {
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        for size in [1 << 20, 1 << 16, 4096, 512, 1] {
            while (try? handle.write(contentsOf: Data(count: size))) != nil {}
        }
        try handle.close()
    }

    func throwOff() throws {
        try FileManager.default.removeItem(at: file)
    }
}

@Suite("A SQLite store on a full disk", .enabled(if: canMount, "needs the right to mount a small disk"))
struct FullDiskTests {
    @Test("refuses what it cannot write, loses nothing, and goes on when there is room")
    func full() async throws {
        try await withMemoryDisk(megabytes: 6) { directory in
            let place = DiskPlace(directory)
            let bench = try Workbench(place)
            let ballast = Ballast(directory)
            let (ids, running, settled) = try await self.fill(bench, ballast)
            try ballast.throwOff()
            // The next one to come finds that there is room.
            let more = try await bench.enqueue(Workbench.jobs(50))
            try await bench.signals.wait("the end of trouble") { $0.trouble.last == .some(nil) }
            let changes = bench.signals.heard.trouble.map { $0 == nil }
            #expect(zip(changes, changes.dropFirst()).allSatisfy { $0 != $1 }, "each beginning and end is told once")
            let outcomes = try await bench.settle(.complete(result: []), running)
            #expect(outcomes.allSatisfy { $0 == .settled(.completed) })
            bench.close()
            try await self.check(place, ended: settled + running.map(\.id), waiting: ids + more)
        }
    }

    /// Enqueues until the disk is full; gives what was acknowledged, what runs, and what was completed before.
    private func fill(
        _ bench: Workbench, _ ballast: Ballast
    ) async throws -> (ids: [JobID], running: [ClaimedJob], settled: [JobID]) {
        var ids = try await bench.enqueue(Workbench.jobs(30))
        let early = try await bench.claim(10)
        try await bench.settle(.complete(result: []), early)
        // The log has room of its own left when the disk has none: until that is used up as well, some succeed.
        try ballast.fill()
        var refusals: [StoreError] = []
        while refusals.count < 3 {
            do {
                ids += try await bench.store.enqueue([Workbench.job()]).map(\.id)
                refusals = []
            } catch {
                refusals.append(error)
            }
        }
        #expect(refusals.allSatisfy { $0.code == "store_full" }, "\(refusals)")
        try await bench.signals.wait("trouble") { $0.trouble.last.map { $0?.code == "store_full" } ?? false }
        #expect(bench.counts().queued == ids.count - 10)
        // Claims need no disk; settlements fail, and the leases stand.
        let running = try await bench.claim(15)
        for _ in 0..<3 {
            await #expect(throws: StoreError.self) { try await bench.settle(.complete(result: [1]), running) }
        }
        await #expect(throws: StoreError.self) { try await bench.settle(.requeue(failure: Workbench.crash), running) }
        let last = try #require(ids.last)
        await #expect(throws: StoreError.self) { try await bench.store.cancel(last, at: Workbench.start) }
        await #expect(throws: StoreError.self) { try await bench.store.cancel(running[0].id, at: Workbench.start) }
        #expect(try await bench.state(last) == .queued)
        #expect(try await bench.state(running[0].id) == .processing)
        #expect(bench.counts().line == "pending 0 queued \(ids.count - 25) processing 15 completed 10")
        return (ids, running, early.map(\.id))
    }

    private func check(_ place: DiskPlace, ended: [JobID], waiting: [JobID]) async throws {
        let bench = try Workbench(place)
        defer { bench.close() }
        for id in ended { #expect(try await bench.state(id) == .completed) }
        let left = waiting.filter { !ended.contains($0) }
        #expect(try await bench.claim(left.count).map(\.id) == left)
        #expect(bench.counts().line == "pending 0 queued 0 processing \(left.count) completed \(ended.count)")
    }

    @Test("ends what was being cancelled when it was given back without room")
    func cancelling() async throws {
        try await withMemoryDisk(megabytes: 6) { directory in
            let place = DiskPlace(directory)
            let bench = try Workbench(place)
            let id = try await bench.enqueue(Workbench.job())
            let job = try await bench.claimOne()
            _ = try await bench.store.cancel(id, at: Workbench.time(1))
            let ballast = Ballast(directory)
            try ballast.fill()
            await #expect(throws: StoreError.self) {
                try await bench.enqueue(Workbench.job(payload: String(repeating: "x", count: 100_000)))
            }
            bench.store.release([job.lease])
            #expect(try await bench.state(id) == .cancelling)
            try ballast.throwOff()
            // Nobody settles it again: the store tries by itself, with the next transaction at the latest.
            try await bench.enqueue(Workbench.job())
            #expect(try await bench.state(id) == .cancelled)
            bench.close()
        }
    }
}
